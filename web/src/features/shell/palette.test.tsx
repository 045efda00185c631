import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useEffect } from "react";
import { expect, test, vi } from "vitest";
import { actionRegistry } from "@/shared/actions/action";
import { renderApp } from "@/test/render";
import { GlobalActions } from "./GlobalActions";

function Page({ run }: { run: () => void }) {
  useEffect(
    () => actionRegistry.add([{ id: "a", label: "Añadir persona", section: "Page", shortcut: "C", run }]),
    [run],
  );
  return (
    <>
      <GlobalActions />
      <input aria-label="Text" />
    </>
  );
}

test("an action runs by its shortcut, but not while somebody types", async () => {
  const run = vi.fn();
  await renderApp(<Page run={run} />);
  const user = userEvent.setup();
  await user.keyboard("c");
  expect(run).toHaveBeenCalledOnce();
  await user.type(screen.getByLabelText("Text"), "c");
  expect(run).toHaveBeenCalledOnce();
});

test("the same action is found in the palette without accents", async () => {
  const run = vi.fn();
  await renderApp(<Page run={run} />);
  const user = userEvent.setup();
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "anadir");
  await user.keyboard("{Enter}");
  await vi.waitFor(() => expect(run).toHaveBeenCalledOnce());
});

test("the palette doesn't offer itself", async () => {
  await renderApp(<Page run={vi.fn()} />);
  const user = userEvent.setup();
  await user.keyboard("{Control>}k{/Control}");
  const labels = (await screen.findAllByRole("option")).map((option) => option.textContent);
  expect(labels.some((label) => label?.includes("Show keyboard shortcuts"))).toBe(true);
  expect(labels.some((label) => label?.includes("Open the command palette"))).toBe(false);
});

import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { renderApp } from "@/test/render";
import { EditableCell } from "./EditableCell";

const row = { code: "A" };
const edit = { value: (one: typeof row) => one.code, patch: (code: string | null) => ({ code }) };

async function show(more = {}) {
  const onSave = vi.fn();
  await renderApp(
    <EditableCell row={row} label="Code of Alpha" edit={{ ...edit, ...more }} onSave={onSave}>
      {row.code}
    </EditableCell>,
  );
  return onSave;
}

test("Enter keeps what was typed and the keyboard stays in the cell", async () => {
  const onSave = await show();
  const user = userEvent.setup();
  await user.click(screen.getByRole("button", { name: "Change Code of Alpha" }));
  await user.clear(screen.getByRole("textbox"));
  await user.keyboard("B{Enter}");
  expect(onSave).toHaveBeenCalledWith(row, "B");
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Change Code of Alpha" }));
});

test("Escape gives up, and the same value is no change", async () => {
  const onSave = await show();
  const user = userEvent.setup();
  await user.click(screen.getByRole("button"));
  await user.keyboard("zzz{Escape}");
  await user.click(screen.getByRole("button"));
  await user.keyboard("{Enter}");
  expect(onSave).not.toHaveBeenCalled();
});

test("an emptied cell is null, and a choice that must be made offers no empty one", async () => {
  const onSave = await show();
  const user = userEvent.setup();
  await user.click(screen.getByRole("button"));
  await user.clear(screen.getByRole("textbox"));
  await user.keyboard("{Enter}");
  expect(onSave).toHaveBeenCalledWith(row, null);
  await show({ required: true, options: [{ value: "A", label: "First" }] });
  await user.click(screen.getAllByRole("button").at(-1) as HTMLElement);
  expect(screen.getAllByRole("option").map((one) => one.textContent)).toEqual(["First"]);
});

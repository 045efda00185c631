import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { fakeApi, problem, renderApp } from "@/test/render";
import { patchOf } from "./fields";
import { ObjectForm } from "./ObjectForm";

const times = { createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z" };
const object = { id: "c1", version: 1, name: "Acme", notes: "old", ...times };
const fields = [
  { name: "name", label: "Name", kind: "text" as const },
  { name: "notes", label: "Notes", kind: "notes" as const },
];
const form = <ObjectForm workspaceId="w1" resource="clients" object={object} fields={fields} />;
const PATCH = "PATCH /workspaces/w1/clients/c1";

test("only what changed is sent, with the version", async () => {
  const calls = fakeApi({ [PATCH]: () => ({ ...object, version: 2 }) });
  await renderApp(form);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Name"), " Foods");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved");
  expect(calls[0]?.body).toEqual({ name: "Acme Foods" });
  expect(calls[0]?.headers.get("if-match")).toBe('"1"');
});

test("when somebody else saved first, both versions are shown and mine can win", async () => {
  let version = 3;
  const calls = fakeApi({
    [PATCH]: (_, headers) =>
      headers.get("if-match") === `"${version}"` ? { ...object } : problem(412, { code: "version-mismatch" }),
    "GET /workspaces/w1/clients/c1": () => ({ ...object, version: 3, name: "Acme Ltd" }),
  });
  await renderApp(form);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Name"), " Foods");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Acme Ltd")).toBeTruthy();
  expect(screen.getByText("Acme Foods")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Save mine" }));
  await screen.findByText("Saved");
  expect(calls.at(-1)?.headers.get("if-match")).toBe('"3"');
  version = 4;
});

test("an emptied field becomes null", () => {
  expect(patchOf({ name: "a", notes: "b" }, { name: "a", notes: " " })).toEqual({ notes: null });
});

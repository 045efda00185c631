// A budget that two people change at once: nothing typed is lost, and both versions are shown.
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import type { Budget, Project } from "@/api/types";
import { fakeApi, renderApp } from "@/test/render";
import { BudgetForm } from "./BudgetSection";

const project = { id: "p1", version: 1, name: "Apollo" } as Project;
const budget: Budget = { minutes: 6000, amount: null };
const PUT = "PUT /workspaces/w1/projects/p1/budget";

/** The form, and a button by which somebody else sets the budget. */
function Together({ theirs }: { theirs: Budget }) {
  const [now, setNow] = useState({ project, budget });
  return (
    <>
      <button type="button" onClick={() => setNow({ project: { ...project, version: 2 }, budget: theirs })}>
        elsewhere
      </button>
      <BudgetForm {...now} readOnly={false} />
    </>
  );
}

const hours = () => screen.getByLabelText<HTMLInputElement>("Hours").value;

test("another's budget is shown while nothing is typed", async () => {
  await renderApp(<Together theirs={{ minutes: 1200, amount: null }} />);
  const user = userEvent.setup();
  await user.click(screen.getByText("elsewhere"));
  expect(hours()).toBe("20");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("what is typed stays when another changes the budget, and mine can be saved over theirs", async () => {
  const calls = fakeApi({ [PUT]: () => ({ ...project, version: 3 }) });
  await renderApp(<Together theirs={{ minutes: 1200, amount: null }} />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Hours"), "0");
  await user.click(screen.getByText("elsewhere"));
  expect(hours()).toBe("1000");
  expect(screen.getByRole("alert").textContent).toContain("20");
  await user.click(screen.getByRole("button", { name: "Save mine" }));
  await screen.findByText("Saved");
  expect(calls[0]?.body).toEqual({ minutes: 60_000, amount: null });
  expect(calls[0]?.headers.get("if-match")).toBe('"2"');
});

test("theirs can be taken instead", async () => {
  await renderApp(<Together theirs={{ minutes: 1200, amount: null }} />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Hours"), "0");
  await user.click(screen.getByText("elsewhere"));
  await user.click(screen.getByRole("button", { name: "Take theirs" }));
  expect(hours()).toBe("20");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a change of the project that leaves the budget alone disturbs nobody", async () => {
  await renderApp(<Together theirs={budget} />);
  const user = userEvent.setup();
  await user.type(screen.getByLabelText("Hours"), "0");
  await user.click(screen.getByText("elsewhere"));
  expect(hours()).toBe("1000");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByRole("button", { name: "Save budget" })).toBeTruthy();
});

test("an amount with thousands is what it says, and one that can't be read is no missing limit", async () => {
  const calls = fakeApi({ [PUT]: () => ({ ...project, version: 2 }) });
  await renderApp(<Together theirs={budget} />);
  const user = userEvent.setup();
  const amount = screen.getByLabelText(/^Amount in/);
  await user.type(amount, "about 5k");
  await user.click(screen.getByRole("button", { name: "Save budget" }));
  await screen.findByText("Enter an amount");
  expect(calls).toEqual([]);
  await user.clear(amount);
  await user.type(amount, "100,000");
  await user.click(screen.getByRole("button", { name: "Save budget" }));
  await screen.findByText("Saved");
  expect(calls[0]?.body).toMatchObject({ minutes: 6000, amount: { amountMinor: 10_000_000 } });
});

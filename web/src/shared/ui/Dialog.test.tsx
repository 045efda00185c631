import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/test/render";
import { Button } from "./Button";
import { ConfirmDialog, Dialog } from "./Dialog";
import { TextField } from "./Field";

const close = () => undefined;

test("a form in a dialog begins at its first field that can be changed", async () => {
  await renderApp(
    <Dialog open onOpenChange={close} title="New rate" footer={<Button>Save</Button>}>
      <TextField label="Currency" value="EUR" disabled onChange={close} />
      <TextField label="Amount" value="" onChange={close} />
    </Dialog>,
  );
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Amount")));
});

test("a question begins at the answer that destroys nothing", async () => {
  await renderApp(
    <ConfirmDialog
      open
      danger
      onOpenChange={close}
      title="Delete it?"
      text="It is gone then."
      confirmLabel="Delete"
      onConfirm={close}
    />,
  );
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" })));
});

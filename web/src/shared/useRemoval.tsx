// Deletes an object after a question and offers to take it back.
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { useChange } from "@/api/queries";
import type { Id, Stored } from "@/api/types";
import { useProblemText } from "./problems";
import { ConfirmDialog } from "./ui/Dialog";
import { toastDone, toastFailed } from "./ui/toast";

interface Removal {
  ask: (object: Stored & { name?: string }) => void;
  dialog: ReactNode;
}

export function useRemoval(workspaceId: Id, resource: string, onRemoved?: () => void): Removal {
  const { t } = useLingui();
  const problem = useProblemText();
  const change = useChange<Stored | undefined>(workspaceId, resource);
  const [asked, setAsked] = useState<(Stored & { name?: string }) | null>(null);
  const [open, setOpen] = useState(false);
  const name = asked?.name ?? "";

  const remove = async () => {
    if (!asked) return;
    const path = `/${resource}/${asked.id}`;
    try {
      const removed = await change.mutateAsync({ method: "DELETE", path, version: asked.version });
      const version = removed?.version ?? asked.version + 1;
      onRemoved?.();
      toastDone(t`Deleted`, {
        label: t`Undo`,
        run: () =>
          void change
            .mutateAsync({ method: "POST", path: `${path}/restore`, version })
            .catch((error) => toastFailed(problem(error).title)),
      });
    } catch (error) {
      const { title, detail } = problem(error);
      toastFailed(title, detail);
    }
  };

  return {
    ask: (object) => {
      setAsked(object);
      setOpen(true);
    },
    dialog: (
      <ConfirmDialog
        danger
        open={open}
        onOpenChange={setOpen}
        title={name ? t`Delete ${name}?` : t`Delete this?`}
        text={t`It leaves every list and report. You can take it back right after.`}
        confirmLabel={t`Delete`}
        onConfirm={remove}
      />
    ),
  };
}

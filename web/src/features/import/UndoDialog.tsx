// Takes an import back. What people changed since is named first, and nothing happens until they decide.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useKindNames } from "@/shared/names";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import type { UndoReport } from "./model";

const SHOWN = 20;

interface Props {
  onUndo: (force: boolean) => Promise<UndoReport | undefined>;
  onClose: () => void;
}

export function UndoDialog({ onUndo, onClose }: Props) {
  const { t } = useLingui();
  const kinds = useKindNames();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<UndoReport | null>(null);
  const undo = async (force: boolean) => {
    setBusy(true);
    const report = await onUndo(force);
    setBusy(false);
    if (report && !report.done) setRefused(report);
    else onClose();
  };
  const count = refused?.touchedCount ?? 0;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Undo this import?`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button look="danger" busy={busy} onClick={() => void undo(refused !== null)}>
            {refused ? t`Undo all the same` : t`Undo`}
          </Button>
        </>
      }
    >
      {refused ? (
        <div role="alert">
          <p className="mb-2">
            {t`${plural(count, {
              one: "# thing was changed or used by people since. Undoing takes that back too.",
              other: "# things were changed or used by people since. Undoing takes that back too.",
            })}`}
          </p>
          <ul className="max-h-60 overflow-y-auto">
            {refused.touched.slice(0, SHOWN).map((one) => (
              <li key={one.id} className="flex gap-3 py-1">
                <span className="w-28 text-muted">{kinds[one.kind] ?? one.kind}</span>
                <span className="flex-1 truncate font-medium">{one.name}</span>
                <span className="text-sm text-muted">{one.why === "in-use" ? t`in use` : t`changed`}</span>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <p className="text-muted">{t`What it created is deleted and what it changed goes back to what it was.`}</p>
      )}
    </Dialog>
  );
}

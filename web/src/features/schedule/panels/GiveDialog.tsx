/** Gives the selected assignments to somebody else. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { Button } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Dialog } from "@/shared/ui/Dialog";
import type { Person } from "../model";

interface Props {
  count: number;
  people: ReadonlyMap<string, Person>;
  onClose: () => void;
  onGive: (personId: string) => void;
}

export function GiveDialog({ count, people, onClose, onGive }: Props) {
  const { t } = useLingui();
  const [personId, setPersonId] = useState<string | null>(null);
  const options = useMemo(
    () => [...people.values()].map(({ id, name }) => ({ value: id, label: name })),
    [people],
  );
  const give = () => {
    if (!personId) return;
    onGive(personId);
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`Give to somebody else`}
      description={plural(count, { one: "# assignment", other: "# assignments" })}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button look="primary" disabled={!personId} onClick={give}>{t`Give`}</Button>
        </>
      }
    >
      <div className="pb-2">
        <Combobox label={t`Person`} options={options} value={personId} onChange={setPersonId} />
      </div>
    </Dialog>
  );
}

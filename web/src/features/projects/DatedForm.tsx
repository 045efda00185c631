// The line in which a phase or a milestone is added or changed: a name and one or two dates.
import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";

interface Props {
  label: string;
  withEnd?: boolean;
  /** What is changed; none: something new. */
  initial?: { name: string; from: string; to: string };
  onSave: (name: string, from: string, to: string) => Promise<boolean>;
  onCancel?: () => void;
}

export function DatedForm({ label, withEnd, initial, onSave, onCancel }: Props) {
  const { t } = useLingui();
  const [name, setName] = useState(initial?.name ?? "");
  const [from, setFrom] = useState(initial?.from ?? "");
  const [to, setTo] = useState(initial?.to ?? "");
  const ready = name.trim() !== "" && (withEnd || from !== "");
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || !(await onSave(name.trim(), from, to))) return;
    if (initial) return;
    setName("");
    setFrom("");
    setTo("");
  };
  return (
    <form className="mt-2 flex flex-wrap items-end gap-2" onSubmit={(event) => void add(event)}>
      <TextField label={label} className="min-w-36 flex-1" value={name} onChange={setName} />
      <TextField
        label={withEnd ? t`From` : t`On`}
        type="date"
        className="w-38"
        value={from}
        onChange={setFrom}
      />
      {withEnd && <TextField label={t`To`} type="date" className="w-38" value={to} onChange={setTo} />}
      <Button type="submit" icon={initial ? "check" : "plus"} disabled={!ready}>
        {initial ? t`Save` : t`Add`}
      </Button>
      {onCancel && (
        <Button look="ghost" onClick={onCancel}>
          {t`Cancel`}
        </Button>
      )}
    </form>
  );
}

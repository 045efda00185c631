// The days on which a calendar's hours are others than its week says.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { Calendar } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { parseHours } from "@/shared/i18n/parse";
import { Button, IconButton } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";

type Exceptions = Calendar["exceptions"];

interface Props {
  value: Exceptions;
  onChange: (value: Exceptions) => void;
}

export function ExceptionFields({ value, onChange }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [hours, setHours] = useState("0");
  const [name, setName] = useState("");
  const minutes = parseHours(hours);
  const ready = from !== "" && minutes !== null && (to === "" || to >= from);
  const add = () => {
    if (minutes === null) return;
    const next = [...value, { from, to: to || from, minutes, name: name.trim() || null }];
    onChange(next.sort((a, b) => a.from.localeCompare(b.from)));
    setFrom("");
    setTo("");
    setName("");
  };
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{t`Days with other hours`}</legend>
      <ul className="mb-2">
        {value.map((one) => (
          <li key={`${one.from}-${one.to}`} className="flex items-center gap-3">
            <span className="w-40 text-muted tabular-nums">{format.range(one.from, one.to)}</span>
            <span className="w-16">{format.hours(one.minutes)}</span>
            <span className="min-w-0 flex-1 truncate text-muted">{one.name}</span>
            <IconButton
              icon="trash"
              label={t`Delete ${format.range(one.from, one.to)}`}
              onClick={() => onChange(value.filter((other) => other !== one))}
            />
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-end gap-2">
        <TextField label={t`From`} type="date" className="w-38" value={from} onChange={setFrom} />
        <TextField label={t`To`} type="date" className="w-38" value={to} min={from} onChange={setTo} />
        <TextField label={t`Hours`} className="w-20" inputMode="decimal" value={hours} onChange={setHours} />
        <TextField label={t`Why`} className="min-w-24 flex-1" value={name} onChange={setName} />
        <Button icon="plus" disabled={!ready} onClick={add}>
          {t`Add days`}
        </Button>
      </div>
    </fieldset>
  );
}

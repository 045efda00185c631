/** Repeats or splits one assignment: the few numbers that it takes. */
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Select, TextField } from "@/shared/ui/Field";
import type { Bar } from "../model";
import { formatDay, parseDay } from "../time/days";

interface RepeatProps {
  onClose: () => void;
  onRepeat: (body: { every: number; unit: string; times: number }) => void;
}

const TIMES_MAX = 104;

export function RepeatDialog({ onClose, onRepeat }: RepeatProps) {
  const { t } = useLingui();
  const [every, setEvery] = useState("1");
  const [unit, setUnit] = useState("weeks");
  const [times, setTimes] = useState("4");
  const valid = Number(every) >= 1 && Number(times) >= 1 && Number(times) <= TIMES_MAX;
  const repeat = () => {
    onRepeat({ every: Math.trunc(Number(every)), unit, times: Math.trunc(Number(times)) });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`Repeat`}
      description={t`Makes copies at regular distances.`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button look="primary" disabled={!valid} onClick={repeat}>{t`Repeat`}</Button>
        </>
      }
    >
      <div className="grid grid-cols-3 gap-3 pb-2">
        <TextField label={t`Every`} type="number" min={1} value={every} onChange={setEvery} />
        <Select
          label={t`Unit`}
          value={unit}
          onChange={setUnit}
          options={[
            { value: "days", label: t`Days` },
            { value: "weeks", label: t`Weeks` },
            { value: "months", label: t`Months` },
          ]}
        />
        <TextField label={t`Times`} type="number" min={1} max={TIMES_MAX} value={times} onChange={setTimes} />
      </div>
    </Dialog>
  );
}

export function SplitDialog({
  bar,
  onClose,
  onSplit,
}: {
  bar: Bar;
  onClose: () => void;
  onSplit: (on: string) => void;
}) {
  const { t } = useLingui();
  const last = Math.min(bar.to, bar.from + 365);
  const [on, setOn] = useState(formatDay(bar.from + Math.ceil((last - bar.from + 1) / 2)));
  const valid = parseDay(on) > bar.from && parseDay(on) <= bar.to;
  const split = () => {
    onSplit(on);
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t`Split`}
      description={t`The second part begins on this day.`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button look="primary" disabled={!valid} onClick={split}>{t`Split`}</Button>
        </>
      }
    >
      <div className="pb-2">
        <TextField
          label={t`Second part begins`}
          type="date"
          min={formatDay(bar.from + 1)}
          max={formatDay(last)}
          value={on}
          onChange={setOn}
        />
      </div>
    </Dialog>
  );
}

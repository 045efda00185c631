/** How much work: a form and its amount. */
import { useLingui } from "@lingui/react/macro";
import { Select, TextField } from "@/shared/ui/Field";
import { EFFORT_FORMS, type EffortFields, type EffortForm } from "../edit/effortForm";

interface Props {
  values: EffortFields;
  error: string | null;
  onChange: (change: Partial<Pick<EffortFields, "form" | "amount" | "pace">>) => void;
}

export function EffortField({ values, error, onChange }: Props) {
  const { t } = useLingui();
  const names: Record<EffortForm, string> = {
    "hours-per-day": t`Hours a day`,
    "hours-per-week": t`Hours a week`,
    percent: t`Percent of the time`,
    total: t`Hours in all`,
    "total-until-done": t`Hours until done`,
    phased: t`As imported, by week or day`,
  };
  const forms: readonly EffortForm[] = values.phased ? [...EFFORT_FORMS, "phased"] : EFFORT_FORMS;
  const unit = values.form === "percent" ? t`Percent` : t`Hours`;
  return (
    <>
      <Select
        label={t`Effort`}
        value={values.form}
        onChange={(form) => onChange({ form: form as EffortForm })}
        options={forms.map((form) => ({ value: form, label: names[form] }))}
      />
      {values.form !== "phased" && (
        <div className="flex gap-2">
          <TextField
            label={unit}
            inputMode="decimal"
            value={values.amount}
            error={error}
            onChange={(amount) => onChange({ amount })}
          />
          {values.form === "total-until-done" && (
            <TextField
              label={t`Hours a day`}
              inputMode="decimal"
              value={values.pace}
              onChange={(pace) => onChange({ pace })}
            />
          )}
        </div>
      )}
    </>
  );
}

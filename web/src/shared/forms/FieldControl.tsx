// The control for one field of an object's form.
import { useLingui } from "@lingui/react/macro";
import { Combobox } from "../ui/Combobox";
import { cx } from "../ui/classes";
import { Checkbox, Select, TextArea, TextField } from "../ui/Field";
import type { FieldSpec, FieldValue } from "./fields";

interface Props {
  field: FieldSpec;
  value: FieldValue;
  error: string | null;
  disabled?: boolean;
  onChange: (value: FieldValue) => void;
}

export function FieldControl({ field, value, error, disabled, onChange }: Props) {
  const { t } = useLingui();
  const text = typeof value === "string" ? value : "";
  const shared = { label: field.label, hint: field.hint, error, disabled };
  const className = cx(field.wide && "sm:col-span-2");
  if (field.kind === "notes")
    return <TextArea {...shared} className={className} value={text} onChange={onChange} />;
  if (field.kind === "choice")
    return (
      <Select
        {...shared}
        className={className}
        value={text}
        options={
          field.required ? (field.options ?? []) : [{ value: "", label: t`None` }, ...(field.options ?? [])]
        }
        onChange={(next) => onChange(next || null)}
      />
    );
  if (field.kind === "search")
    return (
      <Combobox
        label={field.label}
        error={error}
        disabled={disabled}
        className={className}
        options={field.options ?? []}
        value={text || null}
        onChange={onChange}
      />
    );
  if (field.kind === "many") {
    const chosen = Array.isArray(value) ? value : [];
    return (
      <fieldset className={cx("flex flex-col gap-1", className)} disabled={disabled}>
        <legend className="mb-1 text-sm font-medium">{field.label}</legend>
        <div className="flex flex-wrap gap-x-4">
          {(field.options ?? []).map((option) => (
            <Checkbox
              key={option.value}
              label={option.label}
              checked={chosen.includes(option.value)}
              onChange={(on) =>
                onChange(on ? [...chosen, option.value] : chosen.filter((one) => one !== option.value))
              }
            />
          ))}
          {field.options?.length === 0 && <span className="text-muted">{t`None yet`}</span>}
        </div>
      </fieldset>
    );
  }
  return (
    <TextField
      {...shared}
      className={className}
      type={field.kind}
      required={field.required}
      inputClassName={field.kind === "color" ? "w-16 p-1" : undefined}
      value={field.kind === "color" ? text || "#4653c7" : text}
      onChange={onChange}
    />
  );
}

// One filter of a table: a short list with "all" on top.

import type { Option } from "../ui/Combobox";
import { CONTROL, cx } from "../ui/classes";

interface Props {
  label: string;
  all: string;
  value: string | undefined;
  options: readonly Option[];
  onChange: (value: string | undefined) => void;
}

export function FilterSelect({ label, all, value, options, onChange }: Props) {
  return (
    <select
      aria-label={label}
      className={cx(CONTROL, "w-auto max-w-44 pe-6", value && "border-accent bg-selected")}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{all}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

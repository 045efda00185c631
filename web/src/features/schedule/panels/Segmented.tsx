/** One choice out of a few, all in sight. */

import { Toggle } from "@base-ui/react/toggle";
import { ToggleGroup } from "@base-ui/react/toggle-group";
import { cx } from "@/shared/ui/classes";

interface Props<V extends string> {
  label: string;
  className?: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
}

export function Segmented<V extends string>({ label, className, value, options, onChange }: Props<V>) {
  return (
    <ToggleGroup
      aria-label={label}
      value={[value]}
      onValueChange={(values) => {
        const [next] = values as V[];
        if (next) onChange(next);
      }}
      className={cx("flex h-8 items-center rounded-md border border-line bg-sunken p-0.5", className)}
    >
      {options.map((option) => (
        <Toggle
          key={option.value}
          value={option.value}
          className="flex h-full items-center rounded-sm px-2.5 text-sm text-muted data-pressed:bg-raised data-pressed:font-medium data-pressed:text-text data-pressed:shadow-sm"
        >
          {option.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}

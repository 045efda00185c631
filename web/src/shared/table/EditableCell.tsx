// A cell that is changed in place: click or Enter, type or choose, Enter keeps, Escape gives up.
import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { CONTROL, cx } from "../ui/classes";
import type { CellEdit } from "./columns";

interface Props<T> {
  row: T;
  label: string;
  edit: CellEdit<T>;
  children: ReactNode;
  onSave: (row: T, value: string | null) => void;
}

export function EditableCell<T>({ row, label, edit, children, onSave }: Props<T>) {
  const { t } = useLingui();
  const [editing, setEditing] = useState(false);
  // The keyboard goes on from the cell that it has just left.
  const returns = useRef(false);
  const before = edit.value(row) ?? "";
  if (!editing) {
    return (
      <button
        ref={(button) => {
          if (button && returns.current) button.focus();
          returns.current = false;
        }}
        type="button"
        aria-label={t`Change ${label}`}
        title={t`Change ${label}`}
        className="-mx-1.5 block h-7 w-[calc(100%+0.75rem)] min-w-0 cursor-text truncate rounded-sm px-1.5 text-start hover:bg-surface hover:ring-1 hover:ring-line-strong/60"
        onClick={() => setEditing(true)}
      >
        {children}
      </button>
    );
  }
  const keep = (text: string) => {
    setEditing(false);
    if (text !== before) onSave(row, text || null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement | HTMLSelectElement>) => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    // Otherwise the press would go on to the button that takes the focus, and open it again.
    event.preventDefault();
    returns.current = true;
    if (event.key === "Enter") keep(event.currentTarget.value);
    else if (event.key === "Escape") setEditing(false);
  };
  const className = cx(CONTROL, "h-7 px-1.5");
  if (edit.options) {
    return (
      <select
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that had the focus
        autoFocus
        aria-label={label}
        className={className}
        defaultValue={before}
        onChange={(event) => keep(event.target.value)}
        onBlur={() => setEditing(false)}
        onKeyDown={onKeyDown}
      >
        {!edit.required && <option value="">–</option>}
        {edit.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that had the focus
      autoFocus
      aria-label={label}
      type={edit.type ?? "text"}
      className={className}
      defaultValue={before}
      onBlur={(event) => keep(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

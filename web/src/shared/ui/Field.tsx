// A label, a control and what is wrong with it, tied together for screen readers.
import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import { CONTROL, cx } from "./classes";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
  className?: string;
  children: (control: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

export function Field({ label, hint, error, hideLabel, className, children }: FieldProps) {
  const id = useId();
  const note = error || hint;
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-medium text-text"}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": note ? `${id}-note` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {note && (
        <p id={`${id}-note`} className={cx("text-sm", error ? "text-danger-text" : "text-muted")}>
          {note}
        </p>
      )}
    </div>
  );
}

type Shared = Pick<FieldProps, "label" | "hint" | "error" | "hideLabel">;

interface TextFieldProps extends Shared, Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  onChange?: (value: string) => void;
  inputClassName?: string;
  ref?: Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, hideLabel, className, inputClassName, onChange, ...input } = props;
  return (
    <Field {...{ label, hint, error, hideLabel, className }}>
      {(control) => (
        <input
          {...control}
          className={cx(CONTROL, inputClassName)}
          onChange={onChange && ((event) => onChange(event.target.value))}
          {...input}
        />
      )}
    </Field>
  );
}

interface TextAreaProps extends Shared, Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> {
  onChange?: (value: string) => void;
}

export function TextArea({ label, hint, error, hideLabel, className, onChange, ...area }: TextAreaProps) {
  return (
    <Field {...{ label, hint, error, hideLabel, className }}>
      {(control) => (
        <textarea
          {...control}
          className={cx(CONTROL, "h-auto min-h-20 py-1.5")}
          onChange={onChange && ((event) => onChange(event.target.value))}
          {...area}
        />
      )}
    </Field>
  );
}

interface NativeSelectProps extends Shared {
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  className?: string;
  disabled?: boolean;
}

/** A short list of choices: the system's own control, which every keyboard, phone and screen reader knows. */
export function Select({ value, onChange, options, disabled, ...field }: NativeSelectProps) {
  return (
    <Field {...field}>
      {(control) => (
        <select
          {...control}
          className={cx(CONTROL, "pe-7")}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckboxProps {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  className?: string;
}

export function Checkbox({ label, checked, onChange, disabled, className }: CheckboxProps) {
  return (
    <label className={cx("inline-flex min-h-6 items-center gap-2 text-base select-none", className)}>
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-accent"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

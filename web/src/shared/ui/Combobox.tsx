// A choice out of many, found by typing.
import { Combobox as Base } from "@base-ui/react/combobox";
import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { CONTROL, cx, ITEM, POPUP } from "./classes";
import { Icon } from "./Icon";

export interface Option {
  value: string;
  label: string;
}

interface Props {
  label: string;
  hideLabel?: boolean;
  options: readonly Option[];
  value: string | null;
  onChange: (value: string | null) => void;
  placeholder?: string;
  error?: string | null;
  disabled?: boolean;
  className?: string;
}

export function Combobox(props: Props) {
  const { t } = useLingui();
  const id = useId();
  const { label, hideLabel, options, value, onChange, placeholder, error, disabled, className } = props;
  const selected = options.find((option) => option.value === value) ?? null;
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "text-sm font-medium"}>
        {label}
      </label>
      <Base.Root
        items={options as Option[]}
        value={selected}
        disabled={disabled}
        isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
        onValueChange={(option: Option | null) => onChange(option?.value ?? null)}
      >
        <div className="relative">
          <Base.Input
            id={id}
            placeholder={placeholder ?? t`Choose…`}
            aria-invalid={error ? true : undefined}
            className={cx(CONTROL, "pe-14")}
          />
          <div className="absolute inset-y-0 end-1 flex items-center text-muted">
            <Base.Clear aria-label={t`Clear`} className="flex size-6 items-center justify-center rounded-sm">
              <Icon name="close" size={12} />
            </Base.Clear>
            <Base.Trigger
              aria-label={t`Open list`}
              className="flex size-6 items-center justify-center rounded-sm"
            >
              <Icon name="chevron" size={14} />
            </Base.Trigger>
          </div>
        </div>
        <Base.Portal>
          <Base.Positioner sideOffset={4} className="z-50">
            <Base.Popup className={cx(POPUP, "max-h-72 w-(--anchor-width) min-w-48 overflow-y-auto p-1")}>
              <Base.Empty className="px-2 text-sm text-muted not-empty:py-2">{t`Nothing found`}</Base.Empty>
              <Base.List>
                {(option: Option) => (
                  <Base.Item key={option.value} value={option} className={ITEM}>
                    <span className="flex-1 truncate">{option.label}</span>
                    <Base.ItemIndicator>
                      <Icon name="check" size={14} />
                    </Base.ItemIndicator>
                  </Base.Item>
                )}
              </Base.List>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
      {error && <p className="text-sm text-danger-text">{error}</p>}
    </div>
  );
}

// Buttons, as real buttons, and the same look for links.
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "./classes";
import { Icon, type IconName } from "./Icon";

const LOOKS = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border border-line-strong/60 bg-surface text-text shadow-sm hover:bg-hover",
  ghost: "text-text hover:bg-hover",
  danger: "bg-danger text-on-accent hover:opacity-90",
} as const;

export type ButtonLook = keyof typeof LOOKS;

export const buttonClass = (look: ButtonLook = "secondary", extra?: string) =>
  cx(
    "inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md px-3 text-base font-medium",
    "whitespace-nowrap no-underline transition-colors duration-(--fast) disabled:opacity-55",
    LOOKS[look],
    extra,
  );

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  icon?: IconName;
  /** Shows that work is under way and refuses further clicks; the width stays. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look, icon, busy, className, children, type = "button", disabled, ...rest }: Props) {
  return (
    <button
      type={type}
      className={buttonClass(look, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<Props, "children" | "icon"> {
  icon: IconName;
  /** Read by screen readers and shown as the tooltip. */
  label: string;
  badge?: ReactNode;
}

export function IconButton({ icon, label, badge, look = "ghost", className, ...rest }: IconButtonProps) {
  return (
    <Button
      look={look}
      aria-label={label}
      title={label}
      className={cx("relative w-8 px-0", className)}
      {...rest}
    >
      <Icon name={icon} />
      {badge}
    </Button>
  );
}

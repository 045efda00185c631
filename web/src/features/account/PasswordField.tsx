// A password that can be shown, so that it need not be typed twice.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { TextField } from "@/shared/ui/Field";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | null;
  hint?: string;
  autoComplete: "current-password" | "new-password";
  name?: string;
}

export function PasswordField(props: Props) {
  const { t } = useLingui();
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  return (
    <div className="relative">
      <TextField
        {...props}
        type={shown ? "text" : "password"}
        required
        inputClassName="pe-16"
        hint={capsLock ? t`Caps Lock is on` : props.hint}
        onKeyUp={(event) => setCapsLock(event.getModifierState("CapsLock"))}
      />
      <button
        type="button"
        aria-pressed={shown}
        aria-label={t`Show password`}
        className="absolute end-1 top-6 h-8 rounded-sm px-2 text-sm text-muted hover:text-text"
        onClick={() => setShown(!shown)}
      >
        {shown ? t`Hide` : t`Show`}
      </button>
    </div>
  );
}

/** NIST 800-63B-4: length alone, no rules about kinds of characters. */
export const PASSWORD_CHARS_MIN = 15;

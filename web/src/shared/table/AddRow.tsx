// Adds by name at the top of a table: type, Enter, type the next one.
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, type Ref, useState } from "react";
import { useProblemText } from "../problems";
import { Button } from "../ui/Button";
import { CONTROL, cx } from "../ui/classes";
import { toastFailed } from "../ui/toast";

interface Props {
  label: string;
  placeholder: string;
  onAdd: (name: string) => Promise<unknown>;
  /** Further controls of the new row. */
  children?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

export function AddRow({ label, placeholder, onAdd, children, ref }: Props) {
  const { t } = useLingui();
  const problem = useProblemText();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const add = async () => {
    if (!name.trim() || busy) return;
    setBusy(true);
    try {
      await onAdd(name.trim());
      setName("");
    } catch (error) {
      const { title, detail } = problem(error);
      toastFailed(title, detail);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="flex items-center gap-2 border-b border-line bg-sunken px-3 py-2 md:px-6"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        ref={ref}
        aria-label={label}
        placeholder={placeholder}
        className={cx(CONTROL, "max-w-xs")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {children}
      <Button type="submit" icon="plus" busy={busy} disabled={!name.trim()}>
        {t`Add`}
      </Button>
    </form>
  );
}

// A modal dialog and a question that needs a yes before something is destroyed.
import { Dialog as Base } from "@base-ui/react/dialog";
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useRef, useState } from "react";
import { Button, IconButton } from "./Button";
import { cx } from "./classes";

const FIELDS = "input:not(:disabled), select:not(:disabled), textarea:not(:disabled)";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons, in reading order; the one that acts comes last. */
  footer?: ReactNode;
  wide?: boolean;
}

export function Dialog({ open, onOpenChange, title, description, children, footer, wide }: Props) {
  const { t } = useLingui();
  const body = useRef<HTMLDivElement>(null);
  const foot = useRef<HTMLElement>(null);
  /** The first field, else the first button below; a finger does not bring up the keyboard. */
  const beginning = (by: string) =>
    by === "touch" ||
    (body.current?.querySelector<HTMLElement>(FIELDS) ?? foot.current?.querySelector("button") ?? true);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="pop fixed inset-0 z-40 bg-scrim" />
        <Base.Popup
          initialFocus={beginning}
          className={cx(
            "pop fixed inset-x-3 top-[8dvh] z-50 mx-auto flex max-h-[84dvh] flex-col rounded-lg border border-line",
            "bg-raised shadow-lg outline-none",
            wide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-2">
            <div className="flex-1">
              <Base.Title className="text-lg font-semibold">{title}</Base.Title>
              {description && <Base.Description className="text-muted">{description}</Base.Description>}
            </div>
            <Base.Close render={<IconButton icon="close" label={t`Close`} className="-me-2" />} />
          </header>
          <div ref={body} className="min-h-0 flex-1 overflow-y-auto px-5 py-2">
            {children}
          </div>
          {footer && (
            <footer ref={foot} className="flex justify-end gap-2 px-5 pt-2 pb-4">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  text: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown> | unknown;
}

export function ConfirmDialog({ title, text, confirmLabel, danger, onConfirm, ...dialog }: ConfirmProps) {
  const { t } = useLingui();
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      dialog.onOpenChange(false);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      {...dialog}
      title={title}
      footer={
        <>
          <Button onClick={() => dialog.onOpenChange(false)}>{t`Cancel`}</Button>
          <Button look={danger ? "danger" : "primary"} busy={busy} onClick={() => void confirm()}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <p className="text-muted">{text}</p>
    </Dialog>
  );
}

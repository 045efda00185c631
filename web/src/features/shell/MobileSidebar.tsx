// The navigation on a phone: it opens over the page.
import { Dialog } from "@base-ui/react/dialog";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Icon } from "@/shared/ui/Icon";
import { Navigation } from "./Sidebar";

export function MobileSidebar() {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger
        aria-label={t`Open navigation`}
        className="no-print flex size-9 shrink-0 items-center justify-center rounded-md hover:bg-hover md:hidden"
      >
        <Icon name="menu" size={18} />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="pop fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed inset-y-0 start-0 z-50 w-72 max-w-[85vw] border-e border-line bg-canvas shadow-lg outline-none">
          <Dialog.Title className="sr-only">{t`Navigation`}</Dialog.Title>
          <Navigation onNavigate={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

// Asks before a page is left on which something was typed and not saved.
import { useLingui } from "@lingui/react/macro";
import { useBlocker } from "@tanstack/react-router";
import { session } from "@/api/session";
import { ConfirmDialog } from "../ui/Dialog";

export function LeaveGuard({ when }: { when: boolean }) {
  const { t } = useLingui();
  const { status, proceed, reset } = useBlocker({
    // Filters and the like stand in the address too; who is signed out has to go.
    shouldBlockFn: ({ current, next }) =>
      when && current.pathname !== next.pathname && session.get().status === "signed-in",
    enableBeforeUnload: () => when,
    withResolver: true,
  });
  return (
    <ConfirmDialog
      danger
      open={status === "blocked"}
      onOpenChange={(open) => !open && reset?.()}
      title={t`Leave without saving?`}
      text={t`What you changed on this page is not saved yet.`}
      confirmLabel={t`Leave`}
      onConfirm={() => proceed?.()}
    />
  );
}

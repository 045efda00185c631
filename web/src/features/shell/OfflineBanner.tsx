// Says that the connection is lost, and goes away when it is back.
import { useLingui } from "@lingui/react/macro";
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { Icon } from "@/shared/ui/Icon";

export function OfflineBanner() {
  const { t } = useLingui();
  const online = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  return (
    <div role="status">
      {!online && (
        <p className="flex items-center gap-2 bg-warn-soft px-4 py-1.5 text-sm text-warn-text">
          <Icon name="alert" size={14} />
          {t`No connection. You see what was loaded last; changes go out when it is back.`}
        </p>
      )}
    </div>
  );
}

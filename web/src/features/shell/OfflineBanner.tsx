// Says that the connection is lost, and goes away when it is back; then everything in sight is read anew.
import { useLingui } from "@lingui/react/macro";
import { onlineManager, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { connection } from "@/api/connection";
import { Icon } from "@/shared/ui/Icon";

export function OfflineBanner() {
  const { t } = useLingui();
  const client = useQueryClient();
  const online = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  const reachable = useSyncExternalStore(connection.subscribe, connection.isReachable);
  const connected = online && reachable;
  const before = useRef(connected);
  useEffect(() => {
    if (connected && !before.current) void client.invalidateQueries();
    before.current = connected;
  }, [connected, client]);
  return (
    <div role="status">
      {!connected && (
        <p className="flex items-center gap-2 bg-warn-soft px-4 py-1.5 text-sm text-warn-text">
          <Icon name="alert" size={14} />
          {online
            ? t`The server doesn't answer. You see what was loaded last; it is tried again.`
            : t`No connection. You see what was loaded last; changes go out when it is back.`}
        </p>
      )}
    </div>
  );
}

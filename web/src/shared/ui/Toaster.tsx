// Shows the toasts. A screen reader hears them politely, failures at once; they never take the focus.
import { useLingui } from "@lingui/react/macro";
import { useSyncExternalStore } from "react";
import { cx } from "./classes";
import { Icon } from "./Icon";
import { type ToastMessage, toasts } from "./toast";

function ToastCard({ toast }: { toast: ToastMessage }) {
  const { t } = useLingui();
  const failed = toast.type === "failed";
  return (
    <div
      role={failed ? "alert" : undefined}
      className="flex items-start gap-2.5 rounded-lg border border-line bg-raised p-3 shadow-lg"
    >
      <Icon
        name={failed ? "alert" : "check"}
        className={cx("mt-0.5", failed ? "text-danger-text" : "text-good-text")}
      />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{toast.title}</p>
        {toast.description && <p className="text-sm text-muted">{toast.description}</p>}
      </div>
      {toast.action && (
        <button
          type="button"
          className="rounded-sm px-1 font-medium text-accent-text hover:underline"
          onClick={() => {
            toast.action?.run();
            toasts.close(toast.id);
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        aria-label={t`Close`}
        className="rounded-sm p-0.5 text-muted hover:text-text"
        onClick={() => toasts.close(toast.id)}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

export function Toaster() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div
      role="status"
      className="no-print fixed end-4 bottom-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2"
    >
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

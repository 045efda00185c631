// What stands where content is missing: loading, empty, failed. Each keeps its place, so nothing jumps.
import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { useProblemText } from "../problems";
import { Button } from "./Button";
import { cx } from "./classes";
import { Icon, type IconName } from "./Icon";

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cx("skeleton h-4", className)} />;
}

/** Grey rows in place of a table or list. */
export function LoadingRows({ rows = 8 }: { rows?: number }) {
  const { t } = useLingui();
  return (
    <div role="status" aria-label={t`Loading`} className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
        <Skeleton key={index} className={index % 3 === 1 ? "w-3/5" : index % 3 === 2 ? "w-2/5" : "w-4/5"} />
      ))}
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <span className="mb-1 flex size-10 items-center justify-center rounded-lg bg-selected text-accent-text">
        <Icon name={icon} size={20} />
      </span>
      <h2 className="text-lg font-semibold">{title}</h2>
      <div className="text-muted">{children}</div>
      {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useLingui();
  const problem = useProblemText();
  const text = problem(error);
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center">
      <Icon name="alert" size={24} className="text-danger-text" />
      <h2 className="text-lg font-semibold">{text.title}</h2>
      {text.detail && <p className="text-muted">{text.detail}</p>}
      {onRetry && (
        <Button className="mt-3" icon="refresh" onClick={onRetry}>
          {t`Try again`}
        </Button>
      )}
    </div>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** Shows a query: its data, or the state that stands for it. Old data stay while they are read anew. */
export function Loaded<T>(props: { query: QueryLike<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { query, rows, children } = props;
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <LoadingRows rows={rows} />;
}

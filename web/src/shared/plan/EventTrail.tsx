// Events of an audit trail, newest first, each with its data on demand.
import { useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { request } from "@/api/client";
import type { AuditEvent, Id, Page } from "@/api/types";
import { useFormat } from "../i18n/format";
import { useEventName, useKindNames } from "../names";
import { Button } from "../ui/Button";
import { ErrorState, LoadingRows } from "../ui/states";

const PAGE_ROWS = 50;

interface Props {
  queryKey: readonly unknown[];
  path: string;
  filter: Record<string, string | undefined>;
  /** Who it was; `null` is the system. */
  actorName: (id: Id | null) => ReactNode;
  /** Whom or what it is about, where that is not told by the page. */
  objectName?: (event: AuditEvent) => ReactNode;
}

function EventLine({ event, actor, object }: { event: AuditEvent; actor: ReactNode; object?: ReactNode }) {
  const { t } = useLingui();
  const format = useFormat();
  const eventName = useEventName();
  const kinds = useKindNames();
  return (
    <li className="px-4 py-2">
      <details>
        <summary className="flex flex-wrap items-center gap-x-3 rounded-sm">
          <span className="w-48 whitespace-nowrap text-muted tabular-nums">
            {format.instant(event.recordedAt)}
          </span>
          <span className="min-w-40 flex-1 font-medium">{eventName(event.type)}</span>
          <span className="w-44 truncate text-muted">{object ?? kinds[event.kind] ?? event.kind}</span>
          <span className="w-36 truncate text-muted">{actor}</span>
        </summary>
        <pre
          data-verbatim
          className="mt-2 max-h-64 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs"
          tabIndex={0}
          role="region"
          aria-label={t`Data of the event`}
        >
          {JSON.stringify(
            {
              type: event.type,
              position: event.position,
              objectId: event.objectId,
              version: event.version,
              data: event.data,
            },
            null,
            2,
          )}
        </pre>
      </details>
    </li>
  );
}

export function EventTrail({ queryKey, path, filter, actorName, objectName }: Props) {
  const { t } = useLingui();
  const query = useInfiniteQuery({
    queryKey: [...queryKey, filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      request<Page<AuditEvent>>("GET", path, {
        query: { ...filter, limit: PAGE_ROWS, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const events = query.data?.pages.flatMap((page) => page.items);
  return (
    <>
      {query.error && !events && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!events && !query.error && <LoadingRows />}
      {events && (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {events.map((event) => (
            <EventLine
              key={event.id}
              event={event}
              actor={actorName(event.actorId ?? null)}
              object={objectName?.(event)}
            />
          ))}
          {events.length === 0 && <li className="px-4 py-6 text-center text-muted">{t`Nothing yet`}</li>}
        </ul>
      )}
      {query.hasNextPage && (
        <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t`Show earlier`}
        </Button>
      )}
    </>
  );
}

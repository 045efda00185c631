// What happened in the workspace, by whom, and a proof that nobody changed the record.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { request, workspacePath } from "@/api/client";
import { keys, useWorkspaceQuery } from "@/api/queries";
import type { AuditEvent, AuditVerdict, Member, Page } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Section } from "@/shared/layout/Section";
import { optionsOf, useKindNames } from "@/shared/names";
import { useProblemText } from "@/shared/problems";
import type { AuditSearch } from "@/shared/search";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { ErrorState, LoadingRows } from "@/shared/ui/states";
import { toastFailed } from "@/shared/ui/toast";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";

const PAGE_ROWS = 50;
function Verify() {
  const { t } = useLingui();
  const problem = useProblemText();
  const workspaceId = useWorkspaceId();
  const [busy, setBusy] = useState(false);
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const verify = () => {
    setBusy(true);
    request<AuditVerdict>("POST", workspacePath(workspaceId, "/audit/verify"))
      .then(setVerdict)
      .catch((error) => toastFailed(problem(error).title, problem(error).detail))
      .finally(() => setBusy(false));
  };
  const good = verdict?.ok;
  const events = verdict?.checked ?? 0;
  const position = verdict?.firstBadPosition ?? 0;
  const checked = t`${plural(events, { one: "# event was checked.", other: "# events were checked." })}`;
  return (
    <>
      <Button icon="shield" busy={busy} onClick={verify}>
        {t`Verify`}
      </Button>
      {verdict && (
        <p role="status" className={good ? "text-good-text" : "font-semibold text-danger-text"}>
          {good
            ? t`Unbroken: every event is as it was recorded.`
            : t`Broken: the record was changed at position ${position}.`}
          {good && ` ${checked}`}
        </p>
      )}
    </>
  );
}

/** The first and the last instant of the days, on this device's clock. */
const instants = (from: string | undefined, to: string | undefined) => ({
  since: from && new Date(`${from}T00:00:00`).toISOString(),
  until: to && new Date(`${to}T23:59:59.999`).toISOString(),
});

function EventLine({ event, actor, kind }: { event: AuditEvent; actor: string; kind: string }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <li className="px-4 py-2">
      <details>
        <summary className="flex flex-wrap items-center gap-x-3 rounded-sm">
          <span className="w-48 whitespace-nowrap text-muted tabular-nums">
            {format.instant(event.recordedAt)}
          </span>
          <span data-verbatim className="min-w-40 flex-1 font-medium">
            {event.type}
          </span>
          <span className="w-28 text-muted">{kind}</span>
          <span className="text-muted">{actor}</span>
        </summary>
        <pre
          data-verbatim
          className="mt-2 max-h-64 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs"
          tabIndex={0}
          role="region"
          aria-label={t`Data of the event`}
        >
          {JSON.stringify(
            { position: event.position, objectId: event.objectId, version: event.version, data: event.data },
            null,
            2,
          )}
        </pre>
      </details>
    </li>
  );
}

export function AuditSection() {
  const { t } = useLingui();
  const can = useCan();
  const workspaceId = useWorkspaceId();
  const [search, change] = useSearchState<AuditSearch>();
  const { kind, objectId, actorId, from, to } = search;
  const kinds = useKindNames();
  const members = useWorkspaceQuery<{ items: Member[] }>(
    workspaceId,
    "members",
    "/members",
    {},
    can("manage-members"),
  );
  const actors = useMemo(
    () => new Map((members.data?.items ?? []).map((member) => [member.userId, member.name])),
    [members.data],
  );
  const query = useInfiniteQuery({
    queryKey: [...keys.resource(workspaceId, "audit-events"), kind, objectId, actorId, from, to],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      request<Page<AuditEvent>>("GET", workspacePath(workspaceId, "/audit-events"), {
        query: { kind, objectId, actorId, ...instants(from, to), limit: PAGE_ROWS, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const events = query.data?.pages.flatMap((page) => page.items);
  return (
    <Section
      title={t`Audit trail`}
      hint={t`Sealed as it is written: each entry is chained to the one before.`}
      actions={<Verify />}
    >
      <div className="mb-3 flex flex-wrap items-end gap-2">
        <FilterSelect
          label={t`About`}
          all={t`About everything`}
          value={kind}
          options={optionsOf(kinds)}
          onChange={(next) => change({ kind: next })}
        />
        <FilterSelect
          label={t`By`}
          all={t`By everybody`}
          value={actorId}
          options={[...actors].map(([value, label]) => ({ value, label }))}
          onChange={(next) => change({ actorId: next })}
        />
        <TextField
          hideLabel
          label={t`From`}
          type="date"
          className="w-38"
          value={from ?? ""}
          max={to}
          onChange={(next) => change({ from: next || undefined })}
        />
        <TextField
          hideLabel
          label={t`To`}
          type="date"
          className="w-38"
          value={to ?? ""}
          min={from}
          onChange={(next) => change({ to: next || undefined })}
        />
        {objectId && (
          <Button look="ghost" icon="close" onClick={() => change({ objectId: undefined })}>
            {t`One object only`}
          </Button>
        )}
      </div>
      {query.error && !events && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {!events && !query.error && <LoadingRows />}
      {events && (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {events.map((event) => (
            <EventLine
              key={event.id}
              event={event}
              kind={kinds[event.kind] ?? event.kind}
              actor={
                actors.get(event.actorId ?? "") ?? (event.actorId ? t`Somebody who left` : t`The system`)
              }
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
    </Section>
  );
}

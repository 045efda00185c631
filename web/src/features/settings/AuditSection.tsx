// What happened in the workspace, by whom, and a proof that nobody changed the record.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { request, workspacePath } from "@/api/client";
import { keys, useList, useWorkspaceQuery } from "@/api/queries";
import type { AuditEvent, AuditVerdict, Id, Member } from "@/api/types";
import { Section } from "@/shared/layout/Section";
import { optionsOf, useKindNames } from "@/shared/names";
import { EventTrail } from "@/shared/plan/EventTrail";
import { useProblemText } from "@/shared/problems";
import type { AuditSearch } from "@/shared/search";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { toastFailed } from "@/shared/ui/toast";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";

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

/** What the objects of the small lists, people and projects are called; time off is called by its person. */
function useNamed(workspaceId: Id): ReadonlyMap<Id, string> {
  const people = useList(workspaceId, "people").data;
  const projects = useList(workspaceId, "projects").data;
  const clients = useList(workspaceId, "clients").data;
  const teams = useList(workspaceId, "teams").data;
  const skills = useList(workspaceId, "skills").data;
  const roles = useList(workspaceId, "roles").data;
  const timeOff = useList(workspaceId, "time-off").data;
  return useMemo(() => {
    const all: (readonly { id: Id; name: string }[] | undefined)[] = [
      people,
      projects,
      clients,
      teams,
      skills,
      roles,
    ];
    const names = new Map(all.flatMap((list) => list ?? []).map((one) => [one.id, one.name]));
    for (const { id, personId } of timeOff ?? []) names.set(id, names.get(personId) ?? "");
    return names;
  }, [people, projects, clients, teams, skills, roles, timeOff]);
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
  const named = useNamed(workspaceId);
  const about = ({ objectId, data }: AuditEvent) => {
    const { personId = "", projectId = "" } = (data ?? {}) as { personId?: Id; projectId?: Id };
    const own = named.get(objectId);
    const others = [named.get(personId), named.get(projectId)].filter(Boolean).join(" · ");
    return own || others || undefined;
  };
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
      <EventTrail
        queryKey={keys.resource(workspaceId, "audit-events")}
        path={workspacePath(workspaceId, "/audit-events")}
        filter={{ kind, objectId, actorId, ...instants(from, to) }}
        objectName={about}
        actorName={(id) => (id ? (actors.get(id) ?? t`Somebody who left`) : t`The system`)}
      />
    </Section>
  );
}

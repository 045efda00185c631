// One person: details, history, time off, bookings, and pay for those who may see it.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { objectOptions } from "@/api/queries";
import type { Person } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { useMemberOptions, useOptions } from "@/shared/catalogue";
import type { FieldSpec } from "@/shared/forms/fields";
import { ObjectForm } from "@/shared/forms/ObjectForm";
import { Page } from "@/shared/layout/Page";
import { Section } from "@/shared/layout/Section";
import { type DatedEntry, DatedMoney } from "@/shared/plan/DatedMoney";
import { ObjectHistory } from "@/shared/plan/ObjectHistory";
import { PlanList } from "@/shared/plan/PlanList";
import { TimeOffList } from "@/shared/plan/TimeOffList";
import { Badge } from "@/shared/ui/Badge";
import { IconButton } from "@/shared/ui/Button";
import { Loaded } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useCan, useCanOn, useWorkspaceId } from "@/shared/workspace/context";
import { PaySection } from "./PaySection";
import { PersonHistory } from "./PersonHistory";
import { SkillsSection } from "./SkillsSection";

function useFields(workspaceId: string): FieldSpec[] {
  const { t } = useLingui();
  const roles = useOptions(workspaceId, "roles");
  const teams = useOptions(workspaceId, "teams");
  const members = useMemberOptions(workspaceId);
  return [
    { name: "name", label: t`Name`, kind: "text", required: true },
    { name: "email", label: t`E-mail`, kind: "email" },
    {
      name: "kind",
      label: t`Kind`,
      kind: "choice",
      required: true,
      options: [
        { value: "person", label: t`Person` },
        { value: "placeholder", label: t`Placeholder` },
      ],
    },
    { name: "roleId", label: t`Role`, kind: "choice", options: roles },
    { name: "startsOn", label: t`First day`, kind: "date" },
    { name: "endsOn", label: t`Last day`, kind: "date" },
    {
      name: "holidayRegion",
      label: t`Holiday region`,
      kind: "text",
      hint: t`Such as ES or US-CA; empty means the workspace's.`,
    },
    { name: "externalId", label: t`External id`, kind: "text" },
    ...(members
      ? [
          {
            name: "userId",
            label: t`Signs in as`,
            kind: "search" as const,
            options: members,
            wide: true,
          },
        ]
      : []),
    { name: "teamIds", label: t`Teams`, kind: "many", options: teams, wide: true },
    { name: "notes", label: t`Notes`, kind: "notes", wide: true },
  ];
}

function Details({ person }: { person: Person }) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const can = useCan();
  const canOn = useCanOn();
  const navigate = useNavigate();
  const fields = useFields(workspaceId);
  const removal = useRemoval(
    workspaceId,
    "people",
    () => void navigate({ to: "/w/$workspaceId/people", params: { workspaceId } }),
  );
  const now = useAsOf() === undefined;
  const edit = can("edit-people") && now;
  return (
    <Page
      title={person.name}
      beside={person.kind === "placeholder" && <Badge tone="accent">{t`Placeholder`}</Badge>}
      actions={edit && <IconButton icon="trash" label={t`Delete`} onClick={() => removal.ask(person)} />}
    >
      <div className="grid max-w-6xl gap-x-10 lg:grid-cols-2">
        <div>
          <Section title={t`Details`}>
            <ObjectForm
              workspaceId={workspaceId}
              resource="people"
              object={person}
              fields={fields}
              readOnly={!edit}
            />
          </Section>
          <SkillsSection person={person} readOnly={!edit} />
          <ObjectHistory objectId={person.id} />
        </div>
        <div>
          <PlanList
            title={t`Bookings`}
            workspaceId={workspaceId}
            by={{ personId: person.id }}
            search={{ q: person.name }}
          />
          <TimeOffList workspaceId={workspaceId} personId={person.id} />
          <PersonHistory person={person} readOnly={!edit} />
          {can("read-money") && (
            <DatedMoney
              title={t`Bill rate`}
              resource="people"
              object={person}
              part="bill-rates"
              fields={[{ name: "perHour", label: t`an hour` }]}
              entries={(answer: { items: DatedEntry[] }) => answer.items}
              readOnly={!edit}
            />
          )}
          {canOn("read-pay", [person.userId]) && (
            <PaySection person={person} readOnly={!(can("edit-pay") && now)} />
          )}
        </div>
      </div>
      {removal.dialog}
    </Page>
  );
}

export function PersonPage() {
  const { t } = useLingui();
  const { personId = "" } = useParams({ strict: false });
  const asOf = useAsOf();
  const query = useQuery(objectOptions(useWorkspaceId(), "people", personId, asOf));
  if (query.data) return <Details key={personId + (asOf ?? "")} person={query.data} />;
  return (
    <Page title={t`Person`}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

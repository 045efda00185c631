// One project: details, phases, milestones, budget, and who works on it.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { objectOptions, useIndex } from "@/api/queries";
import type { Id, Project } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { useMemberOptions, useOptions } from "@/shared/catalogue";
import type { FieldSpec } from "@/shared/forms/fields";
import { ObjectForm } from "@/shared/forms/ObjectForm";
import { Page } from "@/shared/layout/Page";
import { Section } from "@/shared/layout/Section";
import { optionsOf, useNames } from "@/shared/names";
import { ObjectHistory } from "@/shared/plan/ObjectHistory";
import { PlanList } from "@/shared/plan/PlanList";
import { Badge } from "@/shared/ui/Badge";
import { IconButton } from "@/shared/ui/Button";
import { Loaded } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useCanOn, useWorkspaceId } from "@/shared/workspace/context";
import { BudgetSection } from "./BudgetSection";
import { BurnSection } from "./BurnSection";
import { MilestonesSection, PhasesSection } from "./PhasesSection";
import { RatesSection } from "./RatesSection";

function useFields(workspaceId: Id): FieldSpec[] {
  const { t } = useLingui();
  const names = useNames();
  const clients = useOptions(workspaceId, "clients");
  const members = useMemberOptions(workspaceId);
  return [
    { name: "name", label: t`Name`, kind: "text", required: true },
    { name: "code", label: t`Code`, kind: "text" },
    { name: "clientId", label: t`Client`, kind: "search", options: clients },
    {
      name: "status",
      label: t`Status`,
      kind: "choice",
      required: true,
      options: optionsOf(names.projectStatus),
    },
    { name: "kind", label: t`Type`, kind: "choice", required: true, options: optionsOf(names.projectKind) },
    { name: "color", label: t`Colour`, kind: "color" },
    { name: "startsOn", label: t`Start`, kind: "date" },
    { name: "endsOn", label: t`End`, kind: "date" },
    ...(members
      ? [
          {
            name: "managerIds",
            label: t`Project managers`,
            kind: "many" as const,
            options: members,
            wide: true,
          },
        ]
      : []),
    { name: "notes", label: t`Notes`, kind: "notes", wide: true },
  ];
}

function Details({ project }: { project: Project }) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const can = useCanOn();
  const names = useNames();
  const navigate = useNavigate();
  const fields = useFields(workspaceId);
  const leave = () => void navigate({ to: "/w/$workspaceId/projects", params: { workspaceId } });
  const removal = useRemoval(workspaceId, "projects", leave);
  const asOf = useAsOf();
  const now = asOf === undefined;
  const client = useIndex(workspaceId, "clients", asOf).get(project.clientId ?? "");
  const edit = can("edit-projects", project.managerIds) && now;
  const editMoney = can("edit-money", project.managerIds) && now;
  const seesMoney = can("read-money", project.managerIds);
  return (
    <Page
      title={project.name}
      beside={
        <>
          <Badge>{names.projectStatus[project.status]}</Badge>
          {client && (
            <Link
              to={`/w/${workspaceId}/clients/${client.id}` as string}
              className="truncate text-muted hover:underline"
            >
              {client.name}
            </Link>
          )}
        </>
      }
      actions={edit && <IconButton icon="trash" label={t`Delete`} onClick={() => removal.ask(project)} />}
    >
      <div className="grid max-w-6xl gap-x-10 lg:grid-cols-2">
        <div>
          <Section title={t`Details`}>
            <ObjectForm
              workspaceId={workspaceId}
              resource="projects"
              object={project}
              fields={fields}
              readOnly={!edit}
            />
          </Section>
          <BurnSection project={project} />
          {seesMoney && <RatesSection project={project} readOnly={!editMoney} />}
          {seesMoney && <BudgetSection project={project} readOnly={!editMoney} />}
        </div>
        <div>
          <PlanList
            title={t`Staffing`}
            workspaceId={workspaceId}
            by={{ projectId: project.id }}
            search={{ rows: "projects", project: project.id }}
          />
          <PhasesSection project={project} readOnly={!edit} />
          <MilestonesSection project={project} readOnly={!edit} />
          <ObjectHistory objectId={project.id} />
        </div>
      </div>
      {removal.dialog}
    </Page>
  );
}

export function ProjectPage() {
  const { t } = useLingui();
  const { projectId = "" } = useParams({ strict: false });
  const asOf = useAsOf();
  const query = useQuery(objectOptions(useWorkspaceId(), "projects", projectId, asOf));
  if (query.data) return <Details key={projectId + (asOf ?? "")} project={query.data} />;
  return (
    <Page title={t`Project`}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

// The short lists of a workspace: clients, teams, skills, roles. Names are changed in place.
import { useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { useChange, useList } from "@/api/queries";
import type { CatalogueItem } from "@/api/types";
import type { FieldSpec } from "@/shared/forms/fields";
import { ObjectForm } from "@/shared/forms/ObjectForm";
import { type DatedEntry, DatedMoney } from "@/shared/plan/DatedMoney";
import { AddRow } from "@/shared/table/AddRow";
import type { Column } from "@/shared/table/columns";
import { TablePage } from "@/shared/table/TablePage";
import { IconButton } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import type { IconName } from "@/shared/ui/Icon";
import { EmptyState } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";

export type CatalogueName = "clients" | "teams" | "skills" | "roles";

const ICONS: Record<CatalogueName, IconName> = {
  clients: "building",
  teams: "team",
  skills: "skill",
  roles: "user",
};

function useWords(resource: CatalogueName) {
  const { t } = useLingui();
  const words = {
    clients: {
      title: t`Clients`,
      add: t`Add a client…`,
      empty: t`No clients yet`,
      hint: t`Whom you work for. Projects belong to a client.`,
    },
    teams: {
      title: t`Teams`,
      add: t`Add a team…`,
      empty: t`No teams yet`,
      hint: t`Groups of people, for filters and reports.`,
    },
    skills: {
      title: t`Skills`,
      add: t`Add a skill…`,
      empty: t`No skills yet`,
      hint: t`What people can do; find who fits a booking.`,
    },
    roles: {
      title: t`Roles`,
      add: t`Add a role…`,
      empty: t`No roles yet`,
      hint: t`What people work as, such as Designer. Open demand asks for a role.`,
    },
  };
  return words[resource];
}

function useFields(resource: CatalogueName): FieldSpec[] {
  const { t } = useLingui();
  const name: FieldSpec = { name: "name", label: t`Name`, kind: "text", required: true, wide: true };
  if (resource === "skills")
    return [name, { name: "category", label: t`Category`, kind: "text", wide: true }];
  if (resource === "roles") return [name];
  return [name, { name: "notes", label: t`Notes`, kind: "notes", wide: true }];
}

export function CataloguePage({ resource }: { resource: CatalogueName }) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const words = useWords(resource);
  const fields = useFields(resource);
  const can = useCan();
  const edit = can(resource === "clients" ? "edit-projects" : "edit-people");
  const query = useList(workspaceId, resource);
  const change = useChange(workspaceId, resource);
  const removal = useRemoval(workspaceId, resource);
  const [editingId, setEditingId] = useState<string | null>(null);
  const editing = query.data?.find((item) => item.id === editingId);
  const ask = removal.ask;

  const columns = useMemo<Column<CatalogueItem>[]>(() => {
    const second = resource === "skills" ? ("category" as const) : ("notes" as const);
    return [
      {
        id: "name",
        header: t`Name`,
        track: "minmax(10rem, 1fr)",
        fixed: true,
        value: (item) => item.name,
        cell: (item) => (
          <button
            type="button"
            className="truncate font-medium hover:underline"
            onClick={() => setEditingId(item.id)}
          >
            {item.name}
          </button>
        ),
      },
      ...(resource === "roles"
        ? []
        : [
            {
              id: second,
              header: second === "category" ? t`Category` : t`Notes`,
              track: "minmax(8rem, 2fr)",
              wideOnly: true,
              value: (item: CatalogueItem) => item[second],
              cell: (item: CatalogueItem) => <span className="text-muted">{item[second] ?? "–"}</span>,
              edit: {
                value: (item: CatalogueItem) => item[second],
                patch: (value: string | null) => ({ [second]: value }),
              },
            },
          ]),
      ...(edit
        ? [
            {
              id: "actions",
              header: "",
              track: "4.5rem",
              fixed: true,
              align: "end" as const,
              cell: (item: CatalogueItem) => (
                <>
                  <IconButton
                    icon="edit"
                    label={t`Edit ${item.name}`}
                    onClick={() => setEditingId(item.id)}
                  />
                  <IconButton icon="trash" label={t`Delete ${item.name}`} onClick={() => ask(item)} />
                </>
              ),
            },
          ]
        : []),
    ];
  }, [t, resource, edit, ask]);

  return (
    <>
      <TablePage
        id={resource}
        editable={edit}
        title={words.title}
        query={query}
        columns={columns}
        rowKey={(item) => item.id}
        onOpen={(item) => setEditingId(item.id)}
        add={
          edit && (
            <AddRow
              label={words.add}
              placeholder={words.add}
              onAdd={(name) => change.mutateAsync({ method: "POST", path: `/${resource}`, body: { name } })}
            />
          )
        }
        empty={
          <EmptyState icon={ICONS[resource]} title={words.empty}>
            {words.hint}
          </EmptyState>
        }
      />
      <Dialog open={Boolean(editing)} onOpenChange={() => setEditingId(null)} title={editing?.name ?? ""}>
        {editing && (
          <div className="pb-4">
            <ObjectForm
              key={editing.id}
              workspaceId={workspaceId}
              resource={resource}
              object={editing}
              fields={fields}
              readOnly={!edit}
            />
            {resource === "roles" && can("read-money") && (
              <div className="mt-6">
                <DatedMoney
                  title={t`Rates an hour`}
                  hint={t`They count for whoever has no rate or pay of their own, and for placeholders.`}
                  resource="roles"
                  object={editing}
                  part="rates"
                  fields={[
                    { name: "billPerHour", label: t`billed` },
                    ...(can("read-pay") ? [{ name: "costPerHour", label: t`cost` }] : []),
                  ]}
                  entries={(answer: { rates: DatedEntry[] }) => answer.rates}
                  readOnly={!can("edit-money")}
                />
              </div>
            )}
          </div>
        )}
      </Dialog>
      {removal.dialog}
    </>
  );
}

// The short lists of a workspace: clients, teams, skills, roles. Names are changed in place.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useChange, useList } from "@/api/queries";
import { ObjectForm } from "@/shared/forms/ObjectForm";
import { type DatedEntry, DatedMoney } from "@/shared/plan/DatedMoney";
import { AddRow } from "@/shared/table/AddRow";
import { TablePage } from "@/shared/table/TablePage";
import { Dialog } from "@/shared/ui/Dialog";
import { EmptyState } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { useCatalogueColumns } from "./useCatalogueColumns";
import { type CatalogueName, ICONS, useFields, useWords } from "./words";

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

  const columns = useCatalogueColumns({ resource, edit, onOpen: setEditingId, onRemove: removal.ask });

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

// The short lists of a workspace: clients, teams, skills, roles. Names are changed in place.
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useChange, useList } from "@/api/queries";
import type { CatalogueItem, Id } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import type { TableSearch } from "@/shared/search";
import { AddRow } from "@/shared/table/AddRow";
import { filterRows } from "@/shared/table/columns";
import { TablePage } from "@/shared/table/TablePage";
import { useSayAdded } from "@/shared/table/useSayAdded";
import { EmptyState } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { useCatalogueColumns } from "./useCatalogueColumns";
import { type CatalogueName, ICONS, useWords } from "./words";

export function CataloguePage({ resource }: { resource: CatalogueName }) {
  const workspaceId = useWorkspaceId();
  const words = useWords(resource);
  const can = useCan();
  const asOf = useAsOf();
  const edit = can(resource === "clients" ? "edit-projects" : "edit-people") && asOf === undefined;
  const query = useList(workspaceId, resource, { asOf });
  const change = useChange<CatalogueItem>(workspaceId, resource);
  const [search] = useSearchState<TableSearch>();
  const sayAdded = useSayAdded();
  const navigate = useNavigate();
  const removal = useRemoval(workspaceId, resource);

  const open = useCallback(
    (id: Id) => void navigate({ to: `/w/${workspaceId}/${resource}/${id}` as string }),
    [navigate, workspaceId, resource],
  );
  const columns = useCatalogueColumns({ resource, edit, onOpen: open, onRemove: removal.ask });

  const add = async (name: string) => {
    const made = await change.mutateAsync({ method: "POST", path: `/${resource}`, body: { name } });
    sayAdded(name, filterRows([made], columns, search.q).length > 0, () => open(made.id));
  };

  return (
    <>
      <TablePage
        id={resource}
        editable={edit}
        title={words.title}
        query={query}
        columns={columns}
        rowKey={(item) => item.id}
        onOpen={(item) => open(item.id)}
        add={edit && <AddRow label={words.add} placeholder={words.add} onAdd={add} />}
        empty={
          <EmptyState icon={ICONS[resource]} title={words.empty}>
            {words.hint}
          </EmptyState>
        }
      />
      {removal.dialog}
    </>
  );
}

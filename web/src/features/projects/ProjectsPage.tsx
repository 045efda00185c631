// All projects as one table.
import { useLingui } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { useChange, useIndex, useList } from "@/api/queries";
import type { Project } from "@/api/types";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { useAsOf } from "@/shared/asOf";
import { useOptions } from "@/shared/catalogue";
import { optionsOf, useNames } from "@/shared/names";
import type { ProjectsSearch } from "@/shared/search";
import { AddRow } from "@/shared/table/AddRow";
import { filterRows } from "@/shared/table/columns";
import { FilterSelect } from "@/shared/table/FilterSelect";
import { TablePage } from "@/shared/table/TablePage";
import { useSayAdded } from "@/shared/table/useSayAdded";
import { Button, buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/states";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useCanOn, useWorkspaceId } from "@/shared/workspace/context";
import { nextColor } from "./colors";
import { useProjectColumns } from "./useProjectColumns";

export function ProjectsPage() {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const asOf = useAsOf();
  const edit = useCan()("edit-projects") && asOf === undefined;
  const canOn = useCanOn();
  const mayEdit = (project: Project) => canOn("edit-projects", project.managerIds);
  const names = useNames();
  const navigate = useNavigate();
  const nameField = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useSearchState<ProjectsSearch>();
  const { status, clientId, deleted } = search;
  const all = useList(workspaceId, "projects", { deleted: deleted ? "only" : undefined, asOf });
  const fits = useCallback(
    (project: Project) =>
      (!status || project.status === status) && (!clientId || project.clientId === clientId),
    [status, clientId],
  );
  const data = useMemo(() => all.data?.filter(fits), [all.data, fits]);
  const projects = { data, error: all.error, refetch: all.refetch };
  const clients = useIndex(workspaceId, "clients", asOf);
  const clientOptions = useOptions(workspaceId, "clients");
  const columns = useProjectColumns(workspaceId, clients);
  const change = useChange<Project>(workspaceId, "projects");
  const sayAdded = useSayAdded();
  const filtered = Boolean(status || clientId || search.q || deleted);

  const open = (project: Project) =>
    void navigate({
      to: "/w/$workspaceId/projects/$projectId",
      params: { workspaceId, projectId: project.id },
    });
  const add = async (name: string) => {
    const color = nextColor(projects.data?.length ?? 0);
    const body = { name, kind: "managed", status: "active", clientId, color };
    const project = await change.mutateAsync({ method: "POST", path: "/projects", body });
    const shown = !deleted && fits(project) && filterRows([project], columns, search.q).length > 0;
    sayAdded(name, shown, () => open(project));
  };
  const actions = useMemo<Action[]>(
    () => [
      {
        id: "add-project",
        label: t`Add a project`,
        section: t`Page`,
        icon: "plus",
        shortcut: "C",
        permission: "edit-projects",
        run: () => nameField.current?.focus(),
      },
    ],
    [t],
  );
  useActions(actions);

  return (
    <TablePage
      id="projects"
      editable={edit}
      mayEdit={mayEdit}
      title={t`Projects`}
      query={projects}
      columns={columns}
      rowKey={(project) => project.id}
      onOpen={open}
      filters={
        <>
          <FilterSelect
            label={t`Status`}
            all={t`All states`}
            value={status}
            options={optionsOf(names.projectStatus)}
            onChange={(next) => setSearch({ status: next })}
          />
          <FilterSelect
            label={t`Client`}
            all={t`All clients`}
            value={clientId}
            options={clientOptions}
            onChange={(next) => setSearch({ clientId: next })}
          />
          <FilterSelect
            label={t`State`}
            all={t`Not deleted`}
            value={deleted && "deleted"}
            options={[{ value: "deleted", label: t`Deleted` }]}
            onChange={(next) => setSearch({ deleted: next ? true : undefined })}
          />
        </>
      }
      actions={
        edit && (
          <Button look="primary" icon="plus" onClick={() => nameField.current?.focus()}>
            <span className="max-md:sr-only">{t`Add project`}</span>
          </Button>
        )
      }
      add={
        edit && (
          <AddRow
            ref={nameField}
            label={t`Name of the new project`}
            placeholder={t`Add a project by name…`}
            onAdd={add}
          />
        )
      }
      empty={
        <EmptyState
          icon="folder"
          title={filtered ? t`No project matches` : t`No projects yet`}
          action={
            !filtered && (
              <Link to="/w/$workspaceId/import" params={{ workspaceId }} className={buttonClass()}>
                {t`Import from a file`}
              </Link>
            )
          }
        >
          {filtered
            ? t`Change the search or the filters.`
            : t`Add projects by name, then plan people on them.`}
        </EmptyState>
      }
    />
  );
}

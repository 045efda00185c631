// Everybody who can be planned, and the placeholders, as one table.
import { useLingui } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { useChange, useIndex, useList } from "@/api/queries";
import type { Person } from "@/api/types";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { useAsOf } from "@/shared/asOf";
import type { PeopleSearch } from "@/shared/search";
import { AddRow } from "@/shared/table/AddRow";
import { filterRows } from "@/shared/table/columns";
import { TablePage } from "@/shared/table/TablePage";
import { useSayAdded } from "@/shared/table/useSayAdded";
import { Button, buttonClass } from "@/shared/ui/Button";
import { EmptyState } from "@/shared/ui/states";
import { useSearchState } from "@/shared/useSearchState";
import { useCan, useWorkspace } from "@/shared/workspace/context";
import { PeopleFilters } from "./PeopleFilters";
import { usePeopleColumns } from "./usePeopleColumns";

export function PeoplePage() {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const workspaceId = workspace.id;
  const asOf = useAsOf();
  const edit = useCan()("edit-people") && asOf === undefined;
  const navigate = useNavigate();
  const nameField = useRef<HTMLInputElement>(null);
  const [search] = useSearchState<PeopleSearch>();
  const { kind, teamId, roleId, skillId, deleted } = search;
  const all = useList(workspaceId, "people", { kind, deleted: deleted ? "only" : undefined, asOf });
  const fits = useCallback(
    (person: Person) =>
      (!teamId || person.teamIds.includes(teamId)) &&
      (!roleId || person.roleId === roleId) &&
      (!skillId || person.skills.some((skill) => skill.skillId === skillId)),
    [teamId, roleId, skillId],
  );
  const data = useMemo(() => all.data?.filter(fits), [all.data, fits]);
  const people = { data, error: all.error, refetch: all.refetch };
  const columns = usePeopleColumns({
    workspaceId,
    roles: useIndex(workspaceId, "roles", asOf),
    teams: useIndex(workspaceId, "teams", asOf),
    skills: useIndex(workspaceId, "skills", asOf),
    calendars: useIndex(workspaceId, "calendars", asOf),
  });
  const change = useChange<Person>(workspaceId, "people");
  const sayAdded = useSayAdded();
  const filtered = Boolean(kind || teamId || roleId || skillId || search.q || deleted);

  const add = async (name: string) => {
    const minutes = workspace.settings.defaultWeek.reduce((sum, day) => sum + day, 0);
    const person = await change.mutateAsync({
      method: "POST",
      path: "/people",
      body: { name, kind: "person", roleId, teamIds: teamId ? [teamId] : [], weeklyMinutes: minutes },
    });
    const listed = !deleted && (!kind || person.kind === kind) && fits(person);
    sayAdded(name, listed && filterRows([person], columns, search.q).length > 0, () => open(person));
  };
  const open = (person: Person) =>
    void navigate({ to: "/w/$workspaceId/people/$personId", params: { workspaceId, personId: person.id } });

  const actions = useMemo<Action[]>(
    () => [
      {
        id: "add-person",
        label: t`Add a person`,
        section: t`Page`,
        icon: "plus",
        shortcut: "C",
        permission: "edit-people",
        run: () => nameField.current?.focus(),
      },
    ],
    [t],
  );
  useActions(actions);

  return (
    <TablePage
      id="people"
      editable={edit}
      title={t`People`}
      query={people}
      columns={columns}
      rowKey={(person) => person.id}
      onOpen={open}
      filters={<PeopleFilters workspaceId={workspaceId} />}
      actions={
        edit && (
          <Button look="primary" icon="plus" onClick={() => nameField.current?.focus()}>
            <span className="max-md:sr-only">{t`Add person`}</span>
          </Button>
        )
      }
      add={
        edit && (
          <AddRow
            ref={nameField}
            label={t`Name of the new person`}
            placeholder={t`Add a person by name…`}
            onAdd={add}
          />
        )
      }
      empty={
        <EmptyState
          icon="people"
          title={filtered ? t`Nobody matches` : t`Nobody here yet`}
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
            : t`Add people by name, or import the spreadsheet that you use today.`}
        </EmptyState>
      }
    />
  );
}

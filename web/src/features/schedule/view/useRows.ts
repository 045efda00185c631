/** The rows of the page: the plan filtered, grouped and packed. */
import { useMemo, useRef } from "react";
import { useList, useWorkspaceQuery } from "@/api/queries";
import type { PlanState } from "../data/planStore";
import type { Directory } from "../data/useDirectory";
import { byProject, type WireBucket, type WireSchedule } from "../data/wire";
import type { Milestone, Project } from "../model";
import { formatDay, parseDay } from "../time/days";
import { buildRows, type LaneMemory, type Row } from "./rows";
import type { ViewState } from "./viewState";

const MS_PER_DAY = 86_400_000;

/** Ids of the people that pass the filters which the plan in memory can't decide; null = everybody. */
function useOnlyPeople(workspaceId: string, view: ViewState): ReadonlySet<string> | null {
  const { skills, free, tentative } = view;
  const asOf = view.asOf ?? undefined;
  const today = formatDay(Math.floor(Date.now() / MS_PER_DAY));
  const ask = { from: today, to: today, grain: "total", skillId: skills, asOf };
  const skilled = useWorkspaceQuery<WireSchedule>(
    workspaceId,
    "derived",
    "/schedule",
    ask,
    skills.length > 0,
  );
  const range = { from: formatDay(free?.from ?? 0), to: formatDay(free?.to ?? 0) };
  const query = { ...range, grain: "total", includeTentative: true, includePending: true, asOf };
  const loads = useWorkspaceQuery<WireSchedule>(workspaceId, "derived", "/schedule", query, free !== null);
  return useMemo(() => {
    const bySkill =
      skills.length > 0 ? new Set((skilled.data?.people ?? []).map((one) => one.personId)) : null;
    if (!free || !loads.data) return bySkill;
    const enough = loads.data.people.filter((one) => freeOf(one.buckets[0], tentative) >= free.minutes);
    return new Set(enough.map((one) => one.personId).filter((id) => !bySkill || bySkill.has(id)));
  }, [skills, free, tentative, skilled.data, loads.data]);
}

function freeOf(bucket: WireBucket | undefined, withTentative: boolean): number {
  if (!bucket || bucket.capacityMinutes === undefined || bucket.capacityMinutes === null) return 0;
  return bucket.capacityMinutes - bucket.confirmedMinutes - (withTentative ? bucket.tentativeMinutes : 0);
}

export interface RowsOfPage {
  readonly rows: readonly Row[];
  /** Projects known from the directory and the plan. */
  readonly projects: ReadonlyMap<string, Project>;
}

export function useRows(
  workspaceId: string,
  plan: PlanState,
  directory: Directory,
  view: ViewState,
  collapsed: ReadonlySet<string>,
): RowsOfPage {
  const memory = useRef<LaneMemory>(new WeakMap());
  const only = useOnlyPeople(workspaceId, view);
  const details = useList(workspaceId, "projects", { asOf: view.asOf ?? undefined }).data;
  const projects = useMemo(
    () => new Map([...plan.projects, ...directory.projects]),
    [plan.projects, directory.projects],
  );
  const { schedule } = plan;
  const { subject } = view;
  const shown = useMemo(() => {
    if (!schedule || subject === "people") return schedule;
    const milestones = new Map<string, Milestone[]>(
      (details ?? []).map((one) => [
        one.id,
        one.milestones.map((milestone) => ({ ...milestone, on: parseDay(milestone.on) })),
      ]),
    );
    const alive = new Map([...projects].filter(([, one]) => one.status !== "archived").sort(byName));
    return { ...schedule, tracks: byProject(schedule.tracks, alive, milestones) };
  }, [schedule, subject, projects, details]);
  const { group, text, teams, roles, tentative } = view;
  const rows = useMemo(() => {
    if (!shown) return [];
    const options = {
      subject,
      group,
      collapsed,
      text,
      teams: directory.teams,
      roles: directory.roles,
      projects,
      onlyTeams: teams,
      onlyRoles: roles,
      onlyProjects: view.projects,
      onlyIds: subject === "people" ? only : null,
      withTentative: tentative,
    };
    return buildRows(shown, options, memory.current);
  }, [
    shown,
    subject,
    group,
    collapsed,
    text,
    directory,
    projects,
    teams,
    roles,
    view.projects,
    only,
    tentative,
  ]);
  return { rows, projects };
}

function byName([, a]: [string, Project], [, b]: [string, Project]): number {
  return a.name.localeCompare(b.name);
}

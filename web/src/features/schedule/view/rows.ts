/** From the plan to the rows on screen: filtered, grouped, placeholders apart, bars packed into lanes. */

import { GEOMETRY, rowHeight } from "../layout/geometry";
import { packLanes } from "../layout/lanes";
import type { Bar, Person, Project, Schedule, Track } from "../model";
import type { Grouping, Subject } from "./viewState";

export interface GroupRow {
  readonly kind: "group";
  readonly key: string;
  /** Null = the group of those that have none. */
  readonly name: string | null;
  readonly count: number;
  readonly collapsed: boolean;
  readonly height: number;
}

export interface TrackRow {
  readonly kind: "track";
  /** Unique on screen: a person of two teams has two rows. */
  readonly key: string;
  readonly id: string;
  readonly person: Person | null;
  readonly project: Project | null;
  readonly bars: readonly Bar[];
  readonly lane: Uint8Array;
  readonly lanes: number;
  readonly track: Track;
  readonly height: number;
}

export type Row = GroupRow | TrackRow;

export const PLACEHOLDERS = "placeholders";
export const PEOPLE = "people";

export interface RowOptions {
  readonly subject: Subject;
  readonly group: Grouping;
  readonly collapsed: ReadonlySet<string>;
  readonly text: string;
  readonly teams: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, string>;
  readonly projects: ReadonlyMap<string, Project>;
  /** Lists of ids of which any must hold; empty = no filter. */
  readonly onlyTeams: readonly string[];
  readonly onlyRoles: readonly string[];
  readonly onlyProjects: readonly string[];
  /** Null = everybody. */
  readonly onlyIds: ReadonlySet<string> | null;
  readonly withTentative: boolean;
}

/** Lane packing depends on the bars alone: remembered until a track is replaced. */
export type LaneMemory = WeakMap<readonly Bar[], { lane: Uint8Array; count: number }>;

interface Section {
  readonly key: string;
  readonly name: string | null;
  readonly members: { track: Track; bars: readonly Bar[] }[];
}

export function buildRows(schedule: Schedule, options: RowOptions, memory: LaneMemory): Row[] {
  const wanted = schedule.tracks.filter((track) => isWanted(track, schedule, options));
  const isPlaceholder = (track: Track) => schedule.people.get(track.id)?.kind === "placeholder";
  const open = options.subject === "people" ? wanted.filter(isPlaceholder) : [];
  const rest = open.length === 0 ? wanted : wanted.filter((track) => !isPlaceholder(track));
  const rows: Row[] = [];
  if (open.length > 0) {
    pushSection(
      { key: PLACEHOLDERS, name: PLACEHOLDERS, members: members(open) },
      rows,
      schedule,
      options,
      memory,
    );
  }
  const sections = sectionsOf(rest, schedule, options);
  if (sections === null) {
    if (open.length > 0 && rest.length > 0) {
      pushSection({ key: PEOPLE, name: PEOPLE, members: members(rest) }, rows, schedule, options, memory);
    } else {
      for (const track of rest) rows.push(trackRow("", track, track.bars, schedule, options, memory));
    }
  } else {
    for (const section of sections) pushSection(section, rows, schedule, options, memory);
  }
  return rows;
}

function members(tracks: readonly Track[]): Section["members"] {
  return tracks.map((track) => ({ track, bars: track.bars }));
}

function isWanted(track: Track, schedule: Schedule, options: RowOptions): boolean {
  const person = schedule.people.get(track.id);
  if (options.onlyIds && !options.onlyIds.has(track.id)) return false;
  if (!passes(options.onlyProjects, track.bars.map((bar) => bar.projectId).concat(track.id))) return false;
  if (options.subject === "people") {
    if (!passes(options.onlyTeams, person?.teamIds ?? [])) return false;
    if (!passes(options.onlyRoles, person?.roleId ? [person.roleId] : [])) return false;
  }
  if (options.text === "") return true;
  const words = folded(options.text).split(/\s+/);
  const project = options.projects.get(track.id);
  const name = folded(
    `${person?.name ?? ""} ${options.roles.get(person?.roleId ?? "") ?? ""} ${project?.name ?? ""} ${project?.code ?? ""}`,
  );
  return words.every((word) => name.includes(word));
}

function passes(wanted: readonly string[], has: readonly string[]): boolean {
  return wanted.length === 0 || has.some((id) => wanted.includes(id));
}

/** For comparing without case and accents. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function sectionsOf(tracks: readonly Track[], schedule: Schedule, options: RowOptions): Section[] | null {
  if (options.group === "none" || options.subject === "projects") return null;
  const sections = new Map<string, Section>();
  const put = (id: string, name: string | null, track: Track, bars: readonly Bar[]) => {
    const section = sections.get(id) ?? { key: `${options.group}:${id}`, name, members: [] };
    section.members.push({ track, bars });
    sections.set(id, section);
  };
  for (const track of tracks) {
    for (const [id, name, bars] of placesOf(track, schedule.people.get(track.id), options))
      put(id, name, track, bars);
  }
  return [...sections.values()].sort((a, b) =>
    a.name === null ? 1 : b.name === null ? -1 : folded(a.name) < folded(b.name) ? -1 : 1,
  );
}

function placesOf(
  track: Track,
  person: Person | undefined,
  options: RowOptions,
): (readonly [string, string | null, readonly Bar[]])[] {
  const none = ["", null, track.bars] as const;
  switch (options.group) {
    case "team": {
      const teams = (person?.teamIds ?? []).filter((id) => options.teams.has(id));
      return teams.length === 0
        ? [none]
        : teams.map((id) => [id, options.teams.get(id) ?? null, track.bars] as const);
    }
    case "role": {
      const name = options.roles.get(person?.roleId ?? "") ?? null;
      return [name === null ? none : [person?.roleId ?? "", name, track.bars]];
    }
    case "project": {
      const ids = [...new Set(track.bars.map((bar) => bar.projectId))];
      if (ids.length === 0) return [none];
      return ids.map((id) => {
        const bars = ids.length === 1 ? track.bars : track.bars.filter((bar) => bar.projectId === id);
        return [id, options.projects.get(id)?.name ?? null, bars] as const;
      });
    }
    default:
      return [none];
  }
}

function pushSection(
  section: Section,
  rows: Row[],
  schedule: Schedule,
  options: RowOptions,
  memory: LaneMemory,
): void {
  const collapsed = options.collapsed.has(section.key);
  const { key, name } = section;
  rows.push({
    kind: "group",
    key,
    name,
    count: section.members.length,
    collapsed,
    height: GEOMETRY.groupHeight,
  });
  if (collapsed) return;
  for (const { track, bars } of section.members)
    rows.push(trackRow(key, track, bars, schedule, options, memory));
}

function trackRow(
  sectionKey: string,
  track: Track,
  bars: readonly Bar[],
  schedule: Schedule,
  options: RowOptions,
  memory: LaneMemory,
): TrackRow {
  const shown = options.withTentative ? bars : bars.filter((bar) => !bar.tentative);
  const packed = memory.get(shown) ?? packLanes(shown);
  memory.set(shown, packed);
  return {
    kind: "track",
    key: `${sectionKey}/${track.id}`,
    id: track.id,
    person: schedule.people.get(track.id) ?? null,
    project: options.projects.get(track.id) ?? null,
    bars: shown,
    lane: packed.lane,
    lanes: packed.count,
    track,
    height: rowHeight(packed.count),
  };
}

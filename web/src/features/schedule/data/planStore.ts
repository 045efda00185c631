/**
 * The plan in memory, for one workspace and one instant: loads the days around what is on screen, refreshes single
 * people when something changed, and lays deeds that the server has not answered yet over what it said.
 */
import { applied, type Deed, idOf } from "../edit/deeds";
import { byStart } from "../layout/lanes";
import type { Bar, Day, Project, Schedule, Track } from "../model";
import { formatDay, startOfWeek } from "../time/days";
import { mergedTracks, readPlan, type WireSchedule } from "./wire";

export type Fetch = <T>(
  path: string,
  query: Record<string, string | boolean | readonly string[] | undefined>,
) => Promise<T>;

export interface PlanState {
  /** Null until the first answer. */
  readonly schedule: Schedule | null;
  readonly projects: ReadonlyMap<string, Project>;
  readonly loading: boolean;
  readonly problem: unknown;
}

const REFRESH_PEOPLE_MAX = 60;

export class PlanStore {
  private state: PlanState = {
    schedule: null,
    projects: new Map(),
    loading: true,
    problem: null,
  };
  private base: Schedule | null = null;
  private deeds = new Map<number, Deed>();
  private nextDeed = 1;
  private asked: { from: Day; to: Day } | null = null;
  private request = 0;
  private outdated = false;
  private readonly listeners = new Set<() => void>();
  private readonly staleListeners = new Set<(people: ReadonlySet<string> | null) => void>();

  constructor(
    private readonly fetch: Fetch,
    private readonly asOf: string | null,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): PlanState => this.state;

  /** Hears which people's loads must be read again; null = everybody's. */
  onStale(listener: (people: ReadonlySet<string> | null) => void): () => void {
    this.staleListeners.add(listener);
    return () => this.staleListeners.delete(listener);
  }

  bar(id: string): Bar | undefined {
    for (const track of this.state.schedule?.tracks ?? []) {
      for (const bar of track.bars) if (bar.id === id) return bar;
    }
    return undefined;
  }

  /** Loads the days on screen with one screen before and after, unless they are here or on their way. */
  show(from: Day, to: Day): void {
    const screen = to - from + 1;
    const half = Math.ceil(screen / 2);
    if (this.asked && this.asked.from <= from - half && to + half <= this.asked.to) return;
    this.asked = { from: startOfWeek(from - screen, 1), to: startOfWeek(to + screen, 1) + 6 };
    void this.load();
  }

  /** Everything again: after a lost connection, or a change that may touch everybody. */
  async load(): Promise<void> {
    const range = this.asked;
    if (!range) return;
    const request = ++this.request;
    this.publish({ loading: true });
    try {
      const part = readPlan(await this.read(range));
      if (request !== this.request) return;
      if (this.outdated) {
        this.outdated = false;
        return this.load();
      }
      this.base = { ...range, people: part.people, tracks: part.tracks };
      this.publish({ loading: false, problem: null, projects: merged(this.state.projects, part.projects) });
      for (const listener of this.staleListeners) listener(null);
    } catch (problem) {
      if (request === this.request) this.publish({ loading: false, problem });
    }
  }

  /** Reads some people's rows again and tells the loads to follow. */
  async refresh(people: ReadonlySet<string>): Promise<void> {
    const range = this.asked;
    if (!range || people.size === 0) return;
    if (people.size > REFRESH_PEOPLE_MAX || !this.base) return this.load();
    const request = this.request;
    const part = readPlan(await this.read(range, [...people]));
    if (request !== this.request || !this.base) return;
    this.base = mergedTracks(this.base, part, people);
    this.publish({ projects: merged(this.state.projects, part.projects) });
    for (const listener of this.staleListeners) listener(people);
  }

  /** One bar as the server has it now; null = it is gone. Answers false when its person isn't here yet. */
  put(id: string, bar: Bar | null): boolean {
    const { base } = this;
    if (!base || (bar && !base.people.has(bar.personId))) return false;
    // What is being read just now may be older than this.
    if (this.state.loading) this.outdated = true;
    const touched = new Set<string>(bar ? [bar.personId] : []);
    const tracks = base.tracks.map((track): Track => {
      const had = track.bars.some((one) => one.id === id);
      const gets = bar?.personId === track.id && bar.from <= base.to && bar.to >= base.from;
      if (!had && !gets) return track;
      touched.add(track.id);
      const kept = track.bars.filter((one) => one.id !== id);
      return { ...track, bars: (bar && gets ? [...kept, bar] : kept).sort(byStart) };
    });
    this.base = { ...base, tracks };
    this.publish({});
    for (const listener of this.staleListeners) listener(touched);
    return true;
  }

  /** Shows a deed at once. The answer is the number to settle it with. */
  lay(deed: Deed): number {
    const number = this.nextDeed++;
    this.deeds.set(number, deed);
    this.publish({});
    return number;
  }

  /** The server has answered and the rows have been read, or it has refused: the deed itself is no longer shown. */
  settle(numbers: readonly number[]): void {
    for (const number of numbers) this.deeds.delete(number);
    this.publish({});
  }

  private read(range: { from: Day; to: Day }, personId?: string[]): Promise<WireSchedule> {
    return this.fetch<WireSchedule>("/schedule", {
      from: formatDay(range.from),
      to: formatDay(range.to),
      grain: "total",
      includeTentative: true,
      includePending: true,
      asOf: this.asOf ?? undefined,
      personId,
    });
  }

  private publish(change: Partial<PlanState>): void {
    const schedule = this.base && withDeeds(this.base, [...this.deeds.values()]);
    this.state = { ...this.state, ...change, schedule };
    for (const listener of this.listeners) listener();
  }
}

function merged(
  a: ReadonlyMap<string, Project>,
  b: ReadonlyMap<string, Project>,
): ReadonlyMap<string, Project> {
  return b.size === 0 ? a : new Map([...a, ...b]);
}

/** The rows that the deeds touch, with the deeds done; all other rows are the same objects as before. */
export function withDeeds(base: Schedule, deeds: readonly Deed[]): Schedule {
  if (deeds.length === 0) return base;
  const touched = new Map<string, Bar>();
  const ids = new Set(deeds.map(idOf));
  for (const track of base.tracks)
    for (const bar of track.bars) if (ids.has(bar.id)) touched.set(bar.id, bar);
  let after: Map<string, Bar> = new Map(touched);
  for (const deed of deeds) after = applied(after, deed);
  const leaving = new Set([...touched.values()].map((bar) => bar.personId));
  const arriving = grouped(after.values());
  const tracks = base.tracks.map((track): Track => {
    const own = arriving.get(track.id) ?? [];
    if (own.length === 0 && !leaving.has(track.id)) return track;
    const kept = track.bars.filter((bar) => !touched.has(bar.id) && !after.has(bar.id));
    return { ...track, bars: [...kept, ...own].sort(byStart) };
  });
  return { ...base, tracks };
}

function grouped(bars: Iterable<Bar>): Map<string, Bar[]> {
  const groups = new Map<string, Bar[]>();
  for (const bar of bars) groups.set(bar.personId, [...(groups.get(bar.personId) ?? []), bar]);
  return groups;
}

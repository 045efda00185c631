/**
 * Loads of the rows on screen, read in small batches as rows come into view: 2,000 people × 100 days at once would be
 * tens of megabytes. What is stale stays on screen until its successor is there.
 */
import type { Buckets, Day, Grain, Load } from "../model";
import { formatDay } from "../time/days";
import type { Subject } from "../view/viewState";
import type { Fetch } from "./planStore";
import { readBuckets, readLoad, readProjectLoad, type WireProjectSchedule, type WireSchedule } from "./wire";

const BATCH_MAX = 40;
const COLLECT_MS = 16;

export interface LoadRange {
  readonly from: Day;
  readonly to: Day;
  readonly grain: Grain;
  readonly subject: Subject;
}

export interface LoadState {
  readonly buckets: Buckets;
  readonly loads: ReadonlyMap<string, Load>;
}

const EMPTY: LoadState = { buckets: { from: new Int32Array(), to: new Int32Array() }, loads: new Map() };

export class LoadStore {
  private state: LoadState = EMPTY;
  private loads = new Map<string, Load>();
  private range: LoadRange | null = null;
  private fresh = new Set<string>();
  private wanted: readonly string[] = [];
  private inFlight = new Set<string>();
  private generation = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly fetch: Fetch,
    private readonly asOf: string | null,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): LoadState => this.state;

  /** The rows on screen, in order. */
  want(range: LoadRange, ids: readonly string[]): void {
    if (!sameRange(this.range, range)) {
      this.range = range;
      this.fresh.clear();
      this.inFlight.clear();
      this.generation += 1;
    }
    this.wanted = ids;
    this.schedule();
  }

  stale(ids: ReadonlySet<string> | null): void {
    if (ids === null || this.range?.subject === "projects") this.fresh.clear();
    else for (const id of ids) this.fresh.delete(id);
    this.inFlight.clear();
    this.generation += 1;
    this.schedule();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.read();
    }, COLLECT_MS);
  }

  private async read(): Promise<void> {
    const { range, generation } = this;
    const missing = this.wanted
      .filter((id) => !this.fresh.has(id) && !this.inFlight.has(id))
      .slice(0, BATCH_MAX);
    if (!range || missing.length === 0) return;
    for (const id of missing) this.inFlight.add(id);
    try {
      const answer = await this.ask(range, missing);
      if (generation !== this.generation) return;
      this.take(answer.buckets, answer.loads, missing);
    } catch {
      // The strip is an extra: bars stay usable without it. The next scroll or change asks again.
    } finally {
      if (generation === this.generation) for (const id of missing) this.inFlight.delete(id);
    }
    if (generation === this.generation && this.wanted.some((id) => !this.fresh.has(id))) this.schedule();
  }

  private async ask(
    range: LoadRange,
    ids: string[],
  ): Promise<{ buckets: Buckets; loads: Map<string, Load> }> {
    const query = {
      from: formatDay(range.from),
      to: formatDay(range.to),
      grain: range.grain,
      includeTentative: true,
      includePending: true,
      asOf: this.asOf ?? undefined,
    };
    if (range.subject === "projects") {
      const wire = await this.fetch<WireProjectSchedule>("/schedule/projects", { ...query, projectId: ids });
      const loads = new Map(wire.projects.map((one) => [one.projectId, readProjectLoad(one.work)]));
      return { buckets: readBuckets(wire.buckets), loads };
    }
    const wire = await this.fetch<WireSchedule>("/schedule", { ...query, personId: ids });
    return {
      buckets: readBuckets(wire.buckets),
      loads: new Map(wire.people.map((one) => [one.personId, readLoad(one.buckets)])),
    };
  }

  private take(buckets: Buckets, loads: Map<string, Load>, asked: string[]): void {
    const same =
      buckets.from.length === this.state.buckets.from.length &&
      buckets.from[0] === this.state.buckets.from[0] &&
      buckets.to[0] === this.state.buckets.to[0];
    if (!same) this.loads = new Map();
    for (const [id, load] of loads) this.loads.set(id, load);
    for (const id of asked) this.fresh.add(id);
    this.state = { buckets: same ? this.state.buckets : buckets, loads: new Map(this.loads) };
    for (const listener of this.listeners) listener();
  }
}

function sameRange(a: LoadRange | null, b: LoadRange): boolean {
  return a !== null && a.from === b.from && a.to === b.to && a.grain === b.grain && a.subject === b.subject;
}

/** The stores of one workspace and instant, kept fresh by what others change. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { request, workspacePath } from "@/api/client";
import { onChangeEvent } from "@/api/events";
import { isProblem } from "@/api/problem";
import type { Assignment, ChangeEvent } from "@/api/types";
import type { Loads } from "../grid/frame";
import { LoadStore } from "./loadStore";
import { type Fetch, type PlanState, PlanStore } from "./planStore";
import { readBar } from "./wire";

const COLLECT_MS = 16;
/** More changed assignments than this at once, and everything is read again. */
const SINGLE_READS_MAX = 12;
/** What changes the capacity or the name of everybody at once. */
const WIDE_KINDS = new Set([
  "workspace",
  "calendar",
  "holiday",
  "role",
  "team",
  "project",
  "client",
  "import",
]);

export interface Plan {
  readonly store: PlanStore;
  readonly loadStore: LoadStore;
  readonly state: PlanState;
  /** Looks into the load store as it is at each call. */
  readonly loads: Loads;
}

export function usePlan(workspaceId: string, asOf: string | null): Plan {
  const { store, loadStore, loads } = useMemo(() => {
    const fetch: Fetch = (path, query) => request("GET", workspacePath(workspaceId, path), { query });
    const loadStore = new LoadStore(fetch, asOf);
    const loads: Loads = {
      get buckets() {
        return loadStore.snapshot().buckets;
      },
      of: (id) => loadStore.snapshot().loads.get(id) ?? null,
    };
    return { store: new PlanStore(fetch, asOf), loadStore, loads };
  }, [workspaceId, asOf]);
  useEffect(() => store.onStale((people) => loadStore.stale(people)), [store, loadStore]);
  useEffect(
    () => (asOf === null ? followChanges(workspaceId, store) : undefined),
    [workspaceId, store, asOf],
  );
  useEffect(() => {
    const again = () => void store.load();
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [store]);
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  return useMemo(() => ({ store, loadStore, state, loads }), [store, loadStore, state, loads]);
}

/** Reads again just the people whom a change touches. An assignment's event names no person: the object is asked. */
function followChanges(workspaceId: string, store: PlanStore): () => void {
  let waiting: ChangeEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const work = async () => {
    const events = waiting;
    waiting = [];
    timer = null;
    if (events.some((event) => WIDE_KINDS.has(event.kind))) return store.load();
    const assignments = new Map<string, number>();
    const people = new Set<string>();
    for (const event of events) {
      if (event.kind === "assignment") assignments.set(event.objectId, event.version);
      else if (event.kind === "person") people.add(event.objectId);
      else if (event.kind === "time-off") return store.load();
    }
    const unknown = [...assignments].filter(([id, version]) => (store.bar(id)?.version ?? 0) < version);
    if (unknown.length > SINGLE_READS_MAX) return store.load();
    await Promise.all(unknown.map(([id]) => takeIn(workspaceId, id, store, people)));
    return store.refresh(people);
  };
  const stop = onChangeEvent((event) => {
    waiting.push(event);
    timer ??= setTimeout(() => void work().catch(() => undefined), COLLECT_MS);
  });
  return () => {
    stop();
    if (timer) clearTimeout(timer);
  };
}

/** Reads one assignment and shows it; people whom the page doesn't know yet are left in `people`. */
async function takeIn(workspaceId: string, id: string, store: PlanStore, people: Set<string>): Promise<void> {
  try {
    const path = workspacePath(workspaceId, `/assignments/${id}`);
    const now = await request<Assignment & { deletedAt?: string | null }>("GET", path);
    const bar = now.deletedAt ? null : readBar(now, now.personId);
    if (!store.put(id, bar)) people.add(now.personId);
  } catch (problem) {
    if (isProblem(problem) && problem.status === 404) store.put(id, null);
    else throw problem;
  }
}

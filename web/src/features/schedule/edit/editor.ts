/**
 * Does deeds: shows them at once, sends them one after the other, asks when the server sees a clash, takes them back with
 * the reason when it refuses, and remembers how to undo what it did.
 */
import { isProblem } from "@/api/problem";
import type { Assignment, Clash } from "@/api/types";
import type { PlanStore } from "../data/planStore";
import { readBar } from "../data/wire";
import type { Bar } from "../model";
import { asTentative, type Deed, idOf, inverseOf } from "./deeds";
import {
  afterRedo,
  afterUndo,
  emptyHistory,
  type History,
  nextRedo,
  nextUndo,
  recorded,
  withoutRedo,
  withoutUndo,
} from "./history";
import { actOn, type OnClash, type Refused, sendBulk, sendDeed } from "./send";

/** A deed that was done, with what takes it back. */
export interface Entry {
  readonly label: string;
  readonly back: readonly Deed[];
}

export interface ClashQuestion {
  readonly clashes: readonly Clash[];
  readonly count: number;
}

export interface EditorHost {
  /** Null = leave it as it was. */
  askOnClash(question: ClashQuestion): Promise<"tentative" | "allow" | null>;
  /** Shows both versions; true = save mine over theirs. */
  askOnConflict(deed: Deed, mine: unknown, theirs: Assignment): Promise<boolean>;
  readAssignment(id: string): Promise<Assignment>;
  onDone(label: string, entry: Entry): void;
  onRefused(problem: unknown, count: number): void;
}

/** The bars as they were when a deed was shown. */
type Before = Map<Deed, Bar | undefined>;

interface Outcome {
  readonly back: Deed[];
  readonly people: Set<string>;
  readonly created: string[];
}

export class Editor {
  private history: History<Entry> = emptyHistory();
  private readonly versions = new Map<string, number>();
  /** Requests go out one after the other. */
  private queue: Promise<unknown> = Promise.resolve();
  /** Ends when every deed so far is settled. */
  private running: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly workspaceId: string,
    private readonly store: PlanStore,
    private readonly host: EditorHost,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): History<Entry> => this.history;

  /** True when everything was saved. */
  run(label: string, deeds: readonly Deed[]): Promise<boolean> {
    const done = this.perform(deeds).then((back) => {
      if (back.length > 0) this.remember({ label, back });
      return back.length === deeds.length;
    });
    this.track(done);
    return done;
  }

  /** Waits for what is on its way: the newest deed is the one just made, saved or not. */
  undo(): Promise<void> {
    return this.track(
      this.running.then(() =>
        this.walk(nextUndo(this.history), (entry) => afterUndo(this.history, entry), withoutUndo),
      ),
    );
  }

  redo(): Promise<void> {
    return this.track(
      this.running.then(() =>
        this.walk(nextRedo(this.history), (entry) => afterRedo(this.history, entry), withoutRedo),
      ),
    );
  }

  /** Cuts a bar before `on`. */
  split(label: string, id: string, on: string): Promise<boolean> {
    return this.act(label, id, "split", { on }, (before, after) => {
      const [, second] = after;
      const { to, effort } = before;
      return [
        ...(second ? [{ kind: "remove" as const, id: second.id }] : []),
        { kind: "patch", id: before.id, patch: { to, effort } },
      ];
    });
  }

  /** Copies or repeats a bar; every new one can be undone. */
  multiply(label: string, id: string, action: "copy" | "repeat", body: unknown): Promise<boolean> {
    return this.act(label, id, action, body, (_, after) =>
      after.filter((one) => one.id !== id).map((one) => ({ kind: "remove", id: one.id })),
    );
  }

  versionOf(id: string): number {
    return Math.max(this.store.bar(id)?.version ?? 0, this.versions.get(id) ?? 0);
  }

  private track<T>(work: Promise<T>): Promise<T> {
    const before = this.running;
    this.running = work.then(
      () => before,
      () => before,
    );
    return work;
  }

  private async walk(
    entry: Entry | null,
    next: (replacement: Entry) => History<Entry>,
    dropped: (history: History<Entry>) => History<Entry>,
  ): Promise<void> {
    if (!entry) return;
    const back = await this.perform(entry.back);
    this.setHistory(back.length > 0 ? next({ label: entry.label, back }) : dropped(this.history));
  }

  /** Answers the deeds that take back what was saved, in the order in which to run them. */
  private async perform(deeds: readonly Deed[]): Promise<Deed[]> {
    const laid = deeds.map((deed) => ({
      deed,
      before: this.store.bar(idOf(deed)),
      number: this.store.lay(deed),
    }));
    const before = new Map(laid.map((one) => [one.deed, one.before]));
    const turn = this.queue.then(() => this.send(deeds, before));
    this.queue = turn.catch(() => undefined);
    const numbers = laid.map((one) => one.number);
    try {
      const outcome = await turn;
      await this.store.refresh(outcome.people).catch(() => undefined);
      return outcome.back;
    } finally {
      this.store.settle(numbers);
    }
  }

  private async send(deeds: readonly Deed[], before: Before): Promise<Outcome> {
    const outcome: Outcome = { back: [], people: new Set(), created: [] };
    let refused = await this.attempt(deeds, before, "refuse", outcome);
    const clashing = refused.filter(({ problem }) => isClash(problem));
    if (clashing.length > 0) {
      const clashes = clashing.flatMap(({ problem }) => clashesOf(problem));
      const choice = await this.host.askOnClash({ clashes, count: clashing.length });
      refused = refused.filter(({ problem }) => !isClash(problem));
      if (choice) {
        // What the server makes tentative is part of the deed: undoing it makes it confirmed again.
        const again = clashing.map(({ deed }) => (choice === "tentative" ? asTentative(deed) : deed));
        clashing.forEach(({ deed }, at) => {
          before.set(again[at] ?? deed, before.get(deed));
        });
        refused.push(...(await this.attempt(again, before, choice, outcome)));
      }
    }
    const first = refused[0];
    if (first) this.host.onRefused(first.problem, refused.length);
    return outcome;
  }

  private async attempt(
    deeds: readonly Deed[],
    before: Before,
    onClash: OnClash,
    outcome: Outcome,
  ): Promise<Refused[]> {
    const inBulk =
      deeds.length > 1 ? deeds.filter((deed) => deed.kind === "patch" || deed.kind === "remove") : [];
    const single: readonly Deed[] =
      inBulk.length > 0 ? deeds.filter((deed) => deed.kind === "create" || deed.kind === "restore") : deeds;
    const refused: Refused[] =
      inBulk.length > 0 ? await this.attemptBulk(inBulk, before, onClash, outcome) : [];
    for (const deed of single) {
      try {
        await this.sendOne(deed, before.get(deed), onClash, outcome);
      } catch (problem) {
        refused.push({ deed, problem });
      }
    }
    return refused;
  }

  private async sendOne(deed: Deed, before: Bar | undefined, onClash: OnClash, outcome: Outcome) {
    const id = idOf(deed);
    try {
      const sent = await sendDeed(this.workspaceId, deed, this.versionOf(id), onClash);
      this.saved(deed, before, sent, outcome);
    } catch (problem) {
      if (!isProblem(problem) || problem.status !== 412) throw problem;
      const theirs = await this.host.readAssignment(id);
      const mine = deed.kind === "patch" ? deed.patch : null;
      if (!(await this.host.askOnConflict(deed, mine, theirs))) {
        outcome.people.add(theirs.personId);
        return;
      }
      const sent = await sendDeed(this.workspaceId, deed, theirs.version, onClash);
      this.saved(deed, readBar(theirs, theirs.personId), sent, outcome);
    }
  }

  private async attemptBulk(
    deeds: readonly Deed[],
    before: Before,
    onClash: OnClash,
    outcome: Outcome,
  ): Promise<Refused[]> {
    let results: Awaited<ReturnType<typeof sendBulk>>;
    try {
      const items = deeds.map((deed) => ({ deed, version: this.versionOf(idOf(deed)) }));
      results = await sendBulk(this.workspaceId, items, onClash);
    } catch (problem) {
      return deeds.map((deed) => ({ deed, problem }));
    }
    return results.flatMap((result, at): Refused[] => {
      const deed = deeds[at];
      if (!deed) return [];
      if (result.status >= 400) return [{ deed, problem: result.problem }];
      const version = result.body?.version ?? this.versionOf(idOf(deed)) + 1;
      this.saved(
        deed,
        before.get(deed),
        { id: result.id, version, personId: result.body?.personId ?? null },
        outcome,
      );
      return [];
    });
  }

  private saved(
    deed: Deed,
    before: Bar | undefined,
    sent: { id: string; version: number; personId: string | null },
    outcome: Outcome,
  ): void {
    this.versions.set(sent.id, sent.version);
    const inverse = inverseOf(deed, before, sent.id);
    if (inverse) outcome.back.unshift(inverse);
    for (const id of [before?.personId, sent.personId, deed.kind === "create" ? deed.draft.personId : null]) {
      if (id) outcome.people.add(id);
    }
    if (deed.kind === "restore") outcome.people.add(deed.bar.personId);
    if (deed.kind === "patch" && deed.patch.personId) outcome.people.add(deed.patch.personId);
    if (deed.kind === "create") outcome.created.push(sent.id);
  }

  private act(...all: Parameters<Editor["actNow"]>): Promise<boolean> {
    return this.track(this.actNow(...all));
  }

  private async actNow(
    label: string,
    id: string,
    action: string,
    body: unknown,
    back: (before: Bar, after: Assignment[]) => Deed[],
  ): Promise<boolean> {
    const before = this.store.bar(id);
    if (!before) return false;
    const ask = (onClash: OnClash) =>
      actOn<Assignment | Assignment[]>(this.workspaceId, id, action, this.versionOf(id), body, onClash);
    try {
      const answer = await ask(action === "split" ? undefined : "refuse").catch(async (problem: unknown) => {
        if (!isClash(problem)) throw problem;
        const choice = await this.host.askOnClash({ clashes: clashesOf(problem), count: 1 });
        return choice ? ask(choice) : null;
      });
      if (answer === null) return false;
      const after = Array.isArray(answer) ? answer : [answer];
      for (const one of after) this.versions.set(one.id, one.version);
      await this.store.refresh(new Set([before.personId, ...after.map((one) => one.personId)]));
      this.remember({ label, back: back(before, after) });
      return true;
    } catch (problem) {
      this.host.onRefused(problem, 1);
      return false;
    }
  }

  private remember(entry: Entry): void {
    this.setHistory(recorded(this.history, entry));
    this.host.onDone(entry.label, entry);
  }

  private setHistory(history: History<Entry>): void {
    this.history = history;
    for (const listener of this.listeners) listener();
  }
}

/** A refusal inside a bulk answer is a plain document, a refused request an ApiProblem: both carry `code`. */
function isClash(problem: unknown): boolean {
  return typeof problem === "object" && problem !== null && (problem as { code?: unknown }).code === "clash";
}

function clashesOf(problem: unknown): readonly Clash[] {
  return (problem as { clashes?: Clash[] }).clashes ?? [];
}

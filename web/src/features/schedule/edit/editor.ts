/**
 * Does deeds: shows them at once, has them delivered one after the other, takes them back with the reason when the
 * server refuses, and remembers how to undo what it did.
 */
import { newId } from "@/api/newId";
import { ApiProblem } from "@/api/problem";
import type { Assignment } from "@/api/types";
import type { PlanStore } from "../data/planStore";
import type { Bar } from "../model";
import { Connection } from "./connection";
import { type Deed, idOf } from "./deeds";
import { clashesOf, Delivery, type DeliveryHost, isClash, type Options, type Outcome } from "./delivery";
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
import { actOn, type OnClash } from "./send";

/** A deed that was done, with what takes it back. */
export interface Entry {
  readonly label: string;
  readonly back: readonly Deed[];
}

export interface EditorHost extends Omit<DeliveryHost, "versionOf"> {
  onDone(label: string, entry: Entry): void;
  onRefused(problem: unknown, count: number): void;
}

export class Editor {
  readonly connection = new Connection();
  private readonly delivery: Delivery;
  private history: History<Entry> = emptyHistory();
  /** Requests go out one after the other. */
  private queue: Promise<unknown> = Promise.resolve();
  /** Ends when every deed so far is settled. */
  private running: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly workspaceId: string,
    private readonly store: PlanStore,
    private readonly host: EditorHost,
  ) {
    const versionOf = (id: string) => this.versionOf(id);
    this.delivery = new Delivery(workspaceId, this.connection, { ...host, versionOf });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): History<Entry> => this.history;

  /** True when everything was saved, or given up for somebody else's version. A refusal is told to the host. */
  run(label: string, deeds: readonly Deed[], options: Options = {}): Promise<boolean> {
    const done = this.perform(deeds, options).then((outcome) => {
      if (outcome.back.length > 0) this.remember({ label, back: outcome.back });
      const [first] = outcome.refused;
      if (first && options.inForm) throw first.problem;
      this.tell(outcome);
      return outcome.back.length + outcome.yielded === deeds.length;
    });
    this.track(done);
    return done;
  }

  /** For a form: refusals are thrown, so that they stand beside the fields, and nothing waits for a connection. */
  submit(label: string, deed: Deed): Promise<boolean> {
    if (this.connection.isWaiting()) return Promise.reject(ApiProblem.offline());
    return this.run(label, [deed], { inForm: true });
  }

  /** Waits for what is on its way: the newest deed is the one just made, saved or not. Answers what was undone. */
  undo(): Promise<string | null> {
    return this.track(
      this.running.then(() =>
        this.walk(nextUndo(this.history), (entry) => afterUndo(this.history, entry), withoutUndo),
      ),
    );
  }

  redo(): Promise<string | null> {
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
    return Math.max(this.store.bar(id)?.version ?? 0, this.delivery.made(id));
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
  ): Promise<string | null> {
    if (!entry) return null;
    const outcome = await this.perform(entry.back, {});
    const { back } = outcome;
    this.setHistory(back.length > 0 ? next({ label: entry.label, back }) : dropped(this.history));
    this.tell(outcome);
    return back.length > 0 ? entry.label : null;
  }

  private tell({ refused }: Outcome): void {
    const [first] = refused;
    if (first && !isClash(first.problem)) this.host.onRefused(first.problem, refused.length);
  }

  private async perform(deeds: readonly Deed[], options: Options): Promise<Outcome> {
    const laid = deeds.map((deed) => ({
      deed,
      before: this.store.bar(idOf(deed)),
      number: this.store.lay(deed),
    }));
    const before = new Map(laid.map((one) => [one.deed, one.before]));
    const turn = this.queue.then(() => this.delivery.deliver(deeds, before, options));
    this.queue = turn.catch(() => undefined);
    const numbers = laid.map((one) => one.number);
    try {
      const outcome = await turn;
      await this.store.refresh(outcome.people).catch(() => undefined);
      return outcome;
    } finally {
      this.store.settle(numbers);
    }
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
    const ask = (onClash: OnClash) => {
      const key = newId();
      const version = this.versionOf(id);
      return this.connection.insist(() =>
        actOn<Assignment | Assignment[]>(this.workspaceId, id, action, version, body, onClash, key),
      );
    };
    try {
      const answer = await ask(action === "split" ? undefined : "refuse").catch(async (problem: unknown) => {
        if (!isClash(problem)) throw problem;
        const choice = await this.host.askOnClash({ clashes: clashesOf(problem, before.personId), count: 1 });
        return choice ? ask(choice) : null;
      });
      if (answer === null) return false;
      const after = Array.isArray(answer) ? answer : [answer];
      for (const one of after) this.delivery.noteVersion(one.id, one.version);
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

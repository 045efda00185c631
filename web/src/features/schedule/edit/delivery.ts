/**
 * Brings deeds to the server: alone or in bulk, again when it could not be reached, with a question when it sees a clash
 * or somebody else was faster. What was saved, and how to take it back, is gathered in an `Outcome`.
 */
import { newId } from "@/api/newId";
import { isProblem } from "@/api/problem";
import type { Assignment, Clash } from "@/api/types";
import { readBar } from "../data/wire";
import type { Bar } from "../model";
import type { Connection } from "./connection";
import { asTentative, type Deed, idOf, inverseOf, isTrueOf, personOf } from "./deeds";
import { type OnClash, type Refused, type Sent, sendBulk, sendDeed } from "./send";

export type ClashChoice = "tentative" | "allow";

/** A day or a week that would be too full, and whose. */
export type FoundClash = Clash & { readonly personId: string | null };

export interface ClashQuestion {
  readonly clashes: readonly FoundClash[];
  readonly count: number;
}

export interface DeliveryHost {
  /** Null = leave it as it was. */
  askOnClash(question: ClashQuestion): Promise<ClashChoice | null>;
  /** Shows both versions; true = save mine over theirs. */
  askOnConflict(deed: Deed, theirs: Assignment): Promise<boolean>;
  readAssignment(id: string): Promise<Assignment>;
  /** The newest version of a bar that is known here. */
  versionOf(id: string): number;
}

export interface Options {
  /** What was chosen before the drop; else a clash is asked about. */
  readonly onClash?: ClashChoice | null;
  /** A form stays open and says itself that the server can't be reached. */
  readonly inForm?: boolean;
}

/** The bars as they were when a deed was shown. */
export type Before = Map<Deed, Bar | undefined>;

export interface Outcome {
  readonly back: Deed[];
  readonly people: Set<string>;
  /** Deeds that were given up on purpose: the version of somebody else stays. */
  yielded: number;
  readonly refused: Refused[];
}

export class Delivery {
  /** Versions that our own deeds have made. */
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly workspaceId: string,
    private readonly connection: Connection,
    private readonly host: DeliveryHost,
  ) {}

  made(id: string): number {
    return this.versions.get(id) ?? 0;
  }

  noteVersion(id: string, version: number): void {
    this.versions.set(id, version);
  }

  async deliver(deeds: readonly Deed[], before: Before, options: Options): Promise<Outcome> {
    const outcome: Outcome = { back: [], people: new Set(), yielded: 0, refused: [] };
    const refused = await this.attempt(deeds, before, "refuse", options, outcome);
    const clashing = refused.filter(({ problem }) => isClash(problem));
    outcome.refused.push(...refused.filter(({ problem }) => !isClash(problem)));
    if (clashing.length === 0) return outcome;
    const question = {
      clashes: clashing.flatMap(({ deed, problem }) => clashesOf(problem, personOf(deed, before.get(deed)))),
      count: clashing.length,
    };
    const choice = options.onClash ?? (await this.host.askOnClash(question));
    if (!choice) return outcome;
    // What the server makes tentative is part of the deed: undoing it makes it confirmed again.
    const again = clashing.map(({ deed }) => (choice === "tentative" ? asTentative(deed) : deed));
    clashing.forEach(({ deed }, at) => {
      before.set(again[at] ?? deed, before.get(deed));
    });
    outcome.refused.push(...(await this.attempt(again, before, choice, options, outcome)));
    return outcome;
  }

  private async attempt(
    deeds: readonly Deed[],
    before: Before,
    onClash: OnClash,
    options: Options,
    outcome: Outcome,
  ): Promise<Refused[]> {
    const goesInBulk = (deed: Deed) => deed.kind === "patch" || deed.kind === "remove";
    const inBulk: readonly Deed[] = deeds.length > 1 ? deeds.filter(goesInBulk) : [];
    const overtaken = new Set<Deed>();
    const refused = await this.attemptBulk(inBulk, before, onClash, overtaken, outcome);
    for (const deed of deeds) {
      if (inBulk.includes(deed) && !overtaken.has(deed)) continue;
      try {
        await this.sendOne(deed, before.get(deed), onClash, options, outcome);
      } catch (problem) {
        refused.push({ deed, problem });
      }
    }
    return refused;
  }

  private async sendOne(
    deed: Deed,
    before: Bar | undefined,
    onClash: OnClash,
    options: Options,
    outcome: Outcome,
  ): Promise<void> {
    const id = idOf(deed);
    const since = deed.kind === "patch" ? deed.since : undefined;
    try {
      this.saved(
        deed,
        before,
        await this.send(deed, since ?? this.host.versionOf(id), onClash, options),
        outcome,
      );
    } catch (problem) {
      if (!isProblem(problem) || problem.status !== 412) throw problem;
      const theirs = await this.host.readAssignment(id);
      const bar = readBar(theirs, theirs.personId);
      if (deed.kind === "patch" && isTrueOf(bar, deed.patch)) {
        this.saved(deed, before, { id, version: theirs.version, personId: theirs.personId }, outcome);
        return;
      }
      const isOurs = theirs.version === this.made(id);
      if (!isOurs && !(await this.host.askOnConflict(deed, theirs))) {
        outcome.people.add(theirs.personId);
        outcome.yielded += 1;
        return;
      }
      this.saved(deed, bar, await this.send(deed, theirs.version, onClash, options), outcome);
    }
  }

  private send(deed: Deed, version: number, onClash: OnClash, options: Options): Promise<Sent> {
    const key = newId();
    const attempt = () => sendDeed(this.workspaceId, deed, version, onClash, key);
    return options.inForm ? attempt() : this.connection.insist(attempt);
  }

  /** Deeds that somebody else overtook are left to be asked about one by one. */
  private async attemptBulk(
    deeds: readonly Deed[],
    before: Before,
    onClash: OnClash,
    overtaken: Set<Deed>,
    outcome: Outcome,
  ): Promise<Refused[]> {
    if (deeds.length === 0) return [];
    const items = deeds.map((deed) => ({ deed, version: this.host.versionOf(idOf(deed)) }));
    const key = newId();
    let results: Awaited<ReturnType<typeof sendBulk>>;
    try {
      results = await this.connection.insist(() => sendBulk(this.workspaceId, items, onClash, key));
    } catch (problem) {
      return deeds.map((deed) => ({ deed, problem }));
    }
    return results.flatMap((result, at): Refused[] => {
      const deed = deeds[at];
      if (!deed) return [];
      if (result.status === 412) overtaken.add(deed);
      if (result.status >= 400) return result.status === 412 ? [] : [{ deed, problem: result.problem }];
      const version = result.body?.version ?? this.host.versionOf(idOf(deed)) + 1;
      const sent = { id: result.id, version, personId: result.body?.personId ?? null };
      this.saved(deed, before.get(deed), sent, outcome);
      return [];
    });
  }

  private saved(deed: Deed, before: Bar | undefined, sent: Sent, outcome: Outcome): void {
    this.versions.set(sent.id, sent.version);
    const inverse = inverseOf(deed, before, sent.id);
    if (inverse) outcome.back.unshift(inverse);
    for (const id of [before?.personId, sent.personId, deed.kind === "create" ? deed.draft.personId : null]) {
      if (id) outcome.people.add(id);
    }
    if (deed.kind === "restore") outcome.people.add(deed.bar.personId);
    if (deed.kind === "patch" && deed.patch.personId) outcome.people.add(deed.patch.personId);
  }
}

/** A refusal inside a bulk answer is a plain document, a refused request an ApiProblem: both carry `code`. */
export function isClash(problem: unknown): boolean {
  return typeof problem === "object" && problem !== null && (problem as { code?: unknown }).code === "clash";
}

export function clashesOf(problem: unknown, personId: string | null): readonly FoundClash[] {
  return ((problem as { clashes?: Clash[] }).clashes ?? []).map((clash) => ({ ...clash, personId }));
}

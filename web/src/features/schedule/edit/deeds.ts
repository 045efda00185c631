/**
 * What can be done to the plan from this page, as values: each deed can be shown before the server answers (`applied`)
 * and taken back (`inverseOf`). Sending them is data/send.ts.
 */
import type { Bar, Day, Effort } from "../model";

/** The fields of a bar that a deed may set. */
export interface BarPatch {
  readonly personId?: string;
  readonly projectId?: string;
  readonly phaseId?: string | null;
  readonly roleId?: string | null;
  readonly from?: Day;
  readonly to?: Day;
  readonly effort?: Effort;
  readonly tentative?: boolean;
  readonly note?: string | null;
}

export type Draft = Omit<Bar, "id" | "version" | "pending">;

export type Deed =
  /** `since` = the version that the person saw who filled in a form; without it, the newest that is known. */
  | { kind: "patch"; id: string; patch: BarPatch; since?: number }
  | { kind: "create"; draft: Draft; temporaryId: string }
  | { kind: "remove"; id: string }
  | { kind: "restore"; bar: Bar };

/** The bar that a deed is about. */
export function idOf(deed: Deed): string {
  return deed.kind === "create" ? deed.temporaryId : deed.kind === "restore" ? deed.bar.id : deed.id;
}

/** Whose time the deed takes, given the bar before it. */
export function personOf(deed: Deed, before: Bar | undefined): string | null {
  if (deed.kind === "create") return deed.draft.personId;
  if (deed.kind === "restore") return deed.bar.personId;
  return (deed.kind === "patch" && deed.patch.personId) || (before?.personId ?? null);
}

/** The same deed, leaving its bar tentative. */
export function asTentative(deed: Deed): Deed {
  switch (deed.kind) {
    case "patch":
      return { ...deed, patch: { ...deed.patch, tentative: true } };
    case "create":
      return { ...deed, draft: { ...deed.draft, tentative: true } };
    default:
      return deed;
  }
}

/** Whether a bar is already as a patch wants it. */
export function isTrueOf(bar: Bar, patch: BarPatch): boolean {
  const same = (field: keyof BarPatch) => JSON.stringify(bar[field]) === JSON.stringify(patch[field]);
  return (Object.keys(patch) as (keyof BarPatch)[]).every(same);
}

/** The field of a patch as the bar has it now: what undoing must set. */
export function reversePatch(bar: Bar, patch: BarPatch): BarPatch {
  const before: Record<string, unknown> = {};
  for (const field of Object.keys(patch)) before[field] = bar[field as keyof BarPatch];
  return before as BarPatch;
}

/** What takes a deed back, given the bar as it was before; null when there is nothing to go back to. */
export function inverseOf(deed: Deed, before: Bar | undefined, createdId?: string): Deed | null {
  switch (deed.kind) {
    case "patch":
      return before ? { kind: "patch", id: deed.id, patch: reversePatch(before, deed.patch) } : null;
    case "create":
      return { kind: "remove", id: createdId ?? deed.temporaryId };
    case "remove":
      return before ? { kind: "restore", bar: before } : null;
    case "restore":
      return { kind: "remove", id: deed.bar.id };
  }
}

/** The bars after a deed, not yet answered by the server. The map is not changed. */
export function applied(bars: ReadonlyMap<string, Bar>, deed: Deed): Map<string, Bar> {
  const after = new Map(bars);
  switch (deed.kind) {
    case "patch": {
      const bar = bars.get(deed.id);
      if (bar) after.set(deed.id, { ...bar, ...deed.patch, pending: true });
      return after;
    }
    case "create":
      return after.set(deed.temporaryId, { ...deed.draft, id: deed.temporaryId, version: 0, pending: true });
    case "remove":
      after.delete(deed.id);
      return after;
    case "restore":
      return after.set(deed.bar.id, { ...deed.bar, pending: true });
  }
}

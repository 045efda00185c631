/** What somebody has typed into the assignment form, kept in this tab until it is saved or given up: a reload or a crash
 * takes nothing away. Never leaves the tab, and the next sign-in of another user does not see it. */
import { useCallback, useEffect, useRef } from "react";
import { session } from "@/api/session";
import type { AssignmentValues, Beginning } from "./assignmentForm";

export interface KeptDraft {
  /** Null for a new assignment. */
  readonly barId: string | null;
  readonly draft: Beginning;
  readonly values: AssignmentValues;
}

const nameOf = (workspaceId: string) => `raally-draft-${workspaceId}`;

export function keepDraft(workspaceId: string, kept: KeptDraft): void {
  const owner = session.get().user?.id ?? null;
  sessionStorage.setItem(nameOf(workspaceId), JSON.stringify({ ...kept, owner }));
}

export function forgetDraft(workspaceId: string): void {
  sessionStorage.removeItem(nameOf(workspaceId));
}

export function readDraft(workspaceId: string): KeptDraft | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(nameOf(workspaceId)) ?? "null") as
      | (KeptDraft & { owner: string | null })
      | null;
    const owner = session.get().user?.id ?? null;
    return kept && kept.owner === owner && typeof kept.values === "object" ? kept : null;
  } catch {
    return null;
  }
}

/** Opens the form again that a reload has closed, once, when the plan is there. */
export function useKeptDraft(workspaceId: string, ready: boolean, open: (kept: KeptDraft) => void): void {
  const done = useRef(false);
  const latest = useRef(open);
  latest.current = open;
  const restore = useCallback(() => {
    const kept = readDraft(workspaceId);
    if (kept) latest.current(kept);
  }, [workspaceId]);
  useEffect(() => {
    if (!ready || done.current) return;
    done.current = true;
    restore();
  }, [ready, restore]);
}

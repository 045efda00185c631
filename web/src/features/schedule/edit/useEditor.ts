/** The editor of a plan with its questions as React state: a clash to decide on, a conflict to look at. */
import { useLingui } from "@lingui/react/macro";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { request, workspacePath } from "@/api/client";
import { ApiProblem, isProblem, type ProblemBody } from "@/api/problem";
import type { Assignment } from "@/api/types";
import { useProblemText } from "@/shared/problems";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import type { PlanStore } from "../data/planStore";
import type { Deed } from "./deeds";
import type { ClashChoice, ClashQuestion } from "./delivery";
import { Editor, type Entry } from "./editor";
import type { History } from "./history";

export interface OpenClash extends ClashQuestion {
  answer(choice: ClashChoice | null): void;
}

export interface OpenConflict {
  readonly deed: Deed;
  readonly theirs: Assignment;
  answer(mine: boolean): void;
}

export interface Editing {
  readonly editor: Editor;
  readonly history: History<Entry>;
  readonly clash: OpenClash | null;
  readonly conflict: OpenConflict | null;
  /** Something was changed here that has not reached the server yet. */
  readonly waiting: boolean;
  undo(): void;
  redo(): void;
}

export function useEditor(workspaceId: string, store: PlanStore, announce: (text: string) => void): Editing {
  const { t } = useLingui();
  const problemText = useProblemText();
  const [clash, setClash] = useState<OpenClash | null>(null);
  const [conflict, setConflict] = useState<OpenConflict | null>(null);
  const words = useRef({ refused: t`Not saved`, undo: t`Undo`, problemText });
  words.current = { refused: t`Not saved`, undo: t`Undo`, problemText };
  const undoRef = useRef<() => void>(() => undefined);

  const editor = useMemo(
    () =>
      new Editor(workspaceId, store, {
        askOnClash: (question) =>
          new Promise((resolve) => {
            const answer: OpenClash["answer"] = (choice) => {
              setClash(null);
              resolve(choice);
            };
            setClash({ ...question, answer });
          }),
        askOnConflict: (deed, theirs) =>
          new Promise((resolve) => {
            const answer = (mine: boolean) => {
              setConflict(null);
              resolve(mine);
            };
            setConflict({ deed, theirs, answer });
          }),
        readAssignment: (id) => request<Assignment>("GET", workspacePath(workspaceId, `/assignments/${id}`)),
        onDone: (label) => toastDone(label, { label: words.current.undo, run: () => undoRef.current() }),
        onRefused: (problem) => {
          // One of many in a bulk is refused by a document of its own.
          const document = problem as ProblemBody;
          const refusal = isProblem(problem) ? problem : new ApiProblem(document.status ?? 0, document);
          const { title, detail } = words.current.problemText(refusal);
          toastFailed(words.current.refused, [title, detail].filter(Boolean).join(". "));
        },
      }),
    [workspaceId, store],
  );
  const history = useSyncExternalStore(editor.subscribe, editor.snapshot);
  const waiting = useSyncExternalStore(editor.connection.subscribe, editor.connection.isWaiting);
  useEffect(() => {
    if (!waiting) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [waiting]);
  const undo = useCallback(
    () => void editor.undo().then((label) => label && announce(t`Undone: ${label}`)),
    [editor, announce, t],
  );
  const redo = useCallback(
    () => void editor.redo().then((label) => label && announce(t`Done again: ${label}`)),
    [editor, announce, t],
  );
  undoRef.current = undo;
  return { editor, history, clash, conflict, waiting, undo, redo };
}

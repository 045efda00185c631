// What a refusal means, in the user's language, by its stable code. The server's own sentences are for programmers.
import { useLingui } from "@lingui/react/macro";
import { useCallback } from "react";
import { isProblem } from "@/api/problem";
import type { FieldProblem } from "@/api/types";
import { FIELD_WORDS, ROW_WORDS } from "./words/faults";
import { PROBLEM_WORDS } from "./words/problems";

export interface ProblemText {
  title: string;
  detail: string;
}

/** What is wrong with a field. */
export function useFieldText(): (fault: FieldProblem) => string {
  const { t, i18n } = useLingui();
  return useCallback(
    ({ code, min, max }) => {
      const words = FIELD_WORDS[code];
      if (!words) return t`This value can't be used`;
      const shown = (value: number | null | undefined) => (value == null ? "…" : i18n.number(value));
      return i18n._(words.id, { min: shown(min), max: shown(max) }, { message: words.message });
    },
    [t, i18n],
  );
}

/** What is wrong with a file or with one of its rows. */
export function useRowText(): (fault: { code: string }) => string {
  const { t, i18n } = useLingui();
  return useCallback(
    ({ code }) => {
      const words = ROW_WORDS[code] ?? PROBLEM_WORDS[code] ?? FIELD_WORDS[code];
      if (!words) return t`This value can't be used`;
      return i18n._(words.id, { min: "…", max: "…" }, { message: words.message });
    },
    [t, i18n],
  );
}

export function useProblemText(): (error: unknown) => ProblemText {
  const { t, i18n } = useLingui();
  const field = useFieldText();
  return useCallback(
    (error) => {
      if (!isProblem(error))
        return { title: t`Something went wrong`, detail: t`Reload the page and try again.` };
      if (error.code === "offline") {
        return {
          title: t`The server can't be reached`,
          detail: t`What you typed is kept. Check the connection and try again.`,
        };
      }
      const words = PROBLEM_WORDS[error.code] ?? ROW_WORDS[error.code] ?? FIELD_WORDS[error.code];
      const [first] = error.errors;
      return { title: words ? i18n._(words) : t`Something went wrong`, detail: first ? field(first) : "" };
    },
    [t, i18n, field],
  );
}

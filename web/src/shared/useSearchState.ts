// The search parameters of the open page and a way to change some of them.
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback } from "react";

/** `S` is what the page's route validates. A change replaces the history entry: filters are no pages. */
export function useSearchState<S extends object>(): [S, (change: Partial<S>) => void] {
  const found: unknown = useRouterState({ select: (state) => state.matches.at(-1)?.search });
  const search = (found ?? {}) as S;
  const navigate = useNavigate();
  const change = useCallback(
    (part: Partial<S>) =>
      void navigate({ to: ".", search: (old: object) => ({ ...old, ...part }), replace: true } as never),
    [navigate],
  );
  return [search, change];
}

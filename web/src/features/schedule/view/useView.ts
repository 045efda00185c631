/** The view as the address says it, and the way to change it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { type RawSearch, readView, type ViewState, writeView } from "./viewState";

export type ChangeView = (change: Partial<ViewState>, replace?: boolean) => void;

export function useView(): [ViewState, ChangeView] {
  const raw = useSearch({ strict: false }) as RawSearch;
  const key = JSON.stringify(raw);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says whether the search has changed
  const view = useMemo(() => readView(raw), [key]);
  const latest = useRef(view);
  latest.current = view;
  const navigate = useNavigate();
  const change = useCallback<ChangeView>(
    (part, replace = false) => {
      const next = { ...latest.current, ...part };
      latest.current = next;
      void navigate({
        to: ".",
        search: { asOf: undefined, ...writeView(next) } as never,
        replace,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [view, change];
}

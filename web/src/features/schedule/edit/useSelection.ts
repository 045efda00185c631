/** The selected bars as state; bars that went away leave it. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Bar } from "../model";
import type { Row } from "../view/rows";
import { type ClickKeys, clicked, framed, keptOnly, NOTHING_SELECTED, type Selection } from "./selection";

export interface Selecting {
  readonly ids: ReadonlySet<string>;
  readonly bars: readonly Bar[];
  click(bar: Bar, keys: ClickKeys): void;
  frame(ids: readonly string[], before: ReadonlySet<string>): void;
  clear(): void;
  all(): void;
  /** Everything in one row. */
  row(key: string): void;
}

export function useSelection(rows: readonly Row[]): Selecting {
  const [selection, setSelection] = useState<Selection>(NOTHING_SELECTED);
  const latest = useRef(rows);
  latest.current = rows;
  const bars = useMemo(() => {
    if (selection.ids.size === 0) return [];
    const found = new Map<string, Bar>();
    for (const bar of barsOf(rows)) if (selection.ids.has(bar.id)) found.set(bar.id, bar);
    return [...found.values()];
  }, [rows, selection]);
  useEffect(() => {
    if (bars.length === selection.ids.size) return;
    const there = new Set(bars.map((bar) => bar.id));
    setSelection((now) => keptOnly(now, (id) => there.has(id)));
  }, [bars, selection]);
  const click = useCallback((bar: Bar, keys: ClickKeys) => {
    const order = keys.shift ? [...new Set([...barsOf(latest.current)].map((one) => one.id))] : [];
    setSelection((now) => clicked(now, bar.id, keys, order));
  }, []);
  const frame = useCallback((ids: readonly string[], before: ReadonlySet<string>) => {
    setSelection(framed(ids, before));
  }, []);
  const row = useCallback((key: string) => {
    const own = latest.current.filter((one) => one.key === key);
    setSelection({ ids: new Set([...barsOf(own)].map((bar) => bar.id)), anchor: null });
  }, []);
  const clear = useCallback(() => setSelection(NOTHING_SELECTED), []);
  const all = useCallback(() => {
    setSelection({ ids: new Set([...barsOf(latest.current)].map((bar) => bar.id)), anchor: null });
  }, []);
  return useMemo(
    () => ({ ids: selection.ids, bars, click, frame, clear, all, row }),
    [selection, bars, click, frame, clear, all, row],
  );
}

function* barsOf(rows: readonly Row[]): Generator<Bar> {
  for (const row of rows) if (row.kind === "track") yield* row.bars;
}

/** What the page is shown on. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

const NARROW = "(max-width: 640px)";

function watchNarrow(listener: () => void): () => void {
  const query = window.matchMedia(NARROW);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** A phone: the grid becomes an agenda. */
export function useNarrow(): boolean {
  return useSyncExternalStore(watchNarrow, () => window.matchMedia(NARROW).matches);
}

/** True while the browser prepares the printed page; the page is rendered before it takes its picture. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const set = (now: boolean) => () => flushSync(() => setPrinting(now));
    const [begin, end] = [set(true), set(false)];
    window.addEventListener("beforeprint", begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener("beforeprint", begin);
      window.removeEventListener("afterprint", end);
    };
  }, []);
  return printing;
}

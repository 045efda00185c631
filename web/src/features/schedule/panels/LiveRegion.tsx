/** Says aloud what happens in the grid. */
import { useSyncExternalStore } from "react";
import type { Announcer } from "../view/announcer";

export function LiveRegion({ announcer }: { announcer: Announcer }) {
  const text = useSyncExternalStore(announcer.subscribe, announcer.snapshot);
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}

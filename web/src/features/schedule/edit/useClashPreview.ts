/** Whether a drag would overbook somebody: at once from memory, then from the server, while the bar is in the air. */
import { useMemo } from "react";
import type { Loads } from "../grid/frame";
import type { Verdict } from "../grid/ghosts";
import { overbooked } from "../load/estimate";
import { formatDay } from "../time/days";
import { overIn, useClashWords } from "./clashWords";
import type { Change } from "./drag";
import { checkBody, checkBooking } from "./send";

const CHECK_AFTER_MS = 140;

export interface ClashPreview {
  /** The opinion of the moment about everything in the air. */
  estimate(changes: readonly Change[]): Verdict | null;
  /** Asks the server a little later about a single bar; a newer question makes an older one void. */
  check(changes: readonly Change[], heard: (verdict: Verdict) => void): void;
  stop(): void;
}

export function useClashPreview(workspaceId: string, loads: Loads | null, byPerson: boolean): ClashPreview {
  const say = useClashWords();
  return useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let abort: AbortController | null = null;
    const stop = () => {
      if (timer) clearTimeout(timer);
      abort?.abort();
    };
    const personOf = (change: Change) => (byPerson && change.trackId) || change.bar.personId;
    return {
      stop,
      estimate: (changes) => {
        if (!loads || !byPerson) return null;
        const people = [...new Set(changes.map(personOf))];
        const known = people.flatMap((id) => {
          const load = loads.of(id);
          return load ? [{ id, load }] : [];
        });
        if (known.length === 0) return null;
        const over = known.flatMap(({ id, load }) => {
          const coming = changes.filter((change) => personOf(change) === id);
          const leaving = changes.filter((change) => change.bar.personId === id);
          const bookings = coming.map(({ bar, from, to }) => ({ ...bar, from, to }));
          return overbooked(
            bookings,
            leaving.map(({ bar }) => bar),
            loads.buckets,
            load,
          );
        });
        return say(over.map((one) => ({ ...one, from: formatDay(one.from), to: formatDay(one.to) })));
      },
      check: (changes, heard) => {
        stop();
        const [change] = changes;
        if (!change || changes.length > 1) return;
        timer = setTimeout(() => {
          abort = new AbortController();
          const { bar } = change;
          const projectId = !byPerson && change.trackId ? change.trackId : bar.projectId;
          const booking = { ...bar, from: change.from, to: change.to, personId: personOf(change), projectId };
          checkBooking(workspaceId, checkBody(booking, bar.id), abort.signal)
            .then((answer) => heard(say(overIn(answer, bar.tentative), answer.warnings)))
            .catch(() => undefined);
        }, CHECK_AFTER_MS);
      },
    };
  }, [workspaceId, loads, byPerson, say]);
}

/** Whether a booking would overbook somebody, asked of the server while its form is filled in. */
import { useEffect, useState } from "react";
import type { Verdict } from "../grid/ghosts";
import { overIn, useClashWords } from "./clashWords";
import type { Draft } from "./deeds";
import { type CheckAnswer, checkBody, checkBooking } from "./send";

const CHECK_AFTER_MS = 250;

/** `draft` = null while the form says no booking yet; `id` = the booking that is changed. */
export function useDraftCheck(
  workspaceId: string,
  draft: Draft | null,
  id: string | undefined,
): Verdict | null {
  const say = useClashWords();
  const [answer, setAnswer] = useState<CheckAnswer | null>(null);
  const asked = draft && JSON.stringify(checkBody(draft, id));
  useEffect(() => {
    if (asked === null) {
      setAnswer(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      checkBooking(workspaceId, JSON.parse(asked), abort.signal)
        .then(setAnswer)
        .catch(() => setAnswer(null));
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [workspaceId, asked]);
  return answer && draft && say(overIn(answer, draft.tentative), answer.warnings);
}

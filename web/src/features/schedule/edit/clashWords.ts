/** Where a booking would overbook somebody, in a few lines: for what is in the air and for a form. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useCallback } from "react";
import { useFormat } from "@/shared/i18n/format";
import type { Verdict } from "../grid/ghosts";
import type { CheckAnswer } from "./send";

const LINES_MAX = 3;

export type Over = Omit<CheckAnswer["clashes"][number], "scope">;

export function useClashWords(): (over: readonly Over[], warnings?: readonly string[]) => Verdict {
  const { t } = useLingui();
  const { hours, range, shortDay } = useFormat();
  return useCallback(
    (over, warnings = []) => {
      if (over.length === 0) {
        return { clashes: false, text: warnings.length > 0 ? t`Capacity unknown` : "" };
      }
      const lines = over.slice(0, LINES_MAX).map((one) => {
        const when = one.from === one.to ? shortDay(one.from) : range(one.from, one.to);
        return `${when}: ${hours(one.loadMinutes)} / ${hours(one.capacityMinutes)}`;
      });
      const more = over.length - LINES_MAX;
      if (more > 0) lines.push(plural(more, { one: "and # more", other: "and # more" }));
      return { clashes: true, text: [t`Overbooked`, ...lines].join("\n") };
    },
    [t, hours, range, shortDay],
  );
}

/** What an answer of the server comes to; a tentative booking overbooks nobody. Days say more than weeks. */
export function overIn({ clashes }: CheckAnswer, tentative: boolean): readonly Over[] {
  if (tentative) return [];
  const days = clashes.filter((one) => one.scope === "day");
  return days.length > 0 ? days : clashes;
}

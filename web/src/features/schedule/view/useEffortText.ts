/** An effort in few words: `8 h/day`, `50 %`, `120 h in all`. */
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { useFormat } from "@/shared/i18n/format";
import type { Effort } from "../model";

const TEXTS_MAX = 5_000;

export function useEffortText(): (effort: Effort) => string {
  const { t } = useLingui();
  const { hours, percent } = useFormat();
  return useMemo(() => {
    const said = new Map<string, string>();
    const say = (effort: Effort): string => {
      switch (effort.form) {
        case "hours-per-day":
          return t`${hours(effort.minutesPerDay)}/day`;
        case "hours-per-week":
          return t`${hours(effort.minutesPerWeek)}/week`;
        case "percent":
          return percent(effort.basisPoints);
        case "total":
          return t`${hours(effort.minutes)} in all`;
        case "total-until-done":
          return t`${hours(effort.minutes)} until done`;
        case "phased":
          return t`${hours(effort.spans.reduce((sum, span) => sum + span.minutes, 0))} by plan`;
      }
    };
    return (effort) => {
      const key = JSON.stringify(effort);
      const text = said.get(key) ?? say(effort);
      if (said.size < TEXTS_MAX) said.set(key, text);
      return text;
    };
  }, [t, hours, percent]);
}

// An assignment's effort in words.
import { useLingui } from "@lingui/react/macro";
import { useCallback } from "react";
import type { Effort } from "@/api/types";
import { useFormat } from "../i18n/format";

export function useEffortText(): (effort: Effort) => string {
  const { t } = useLingui();
  const format = useFormat();
  return useCallback(
    (effort) => {
      switch (effort.form) {
        case "hours-per-day":
          return t`${format.hours(effort.minutesPerDay)} a day`;
        case "hours-per-week":
          return t`${format.hours(effort.minutesPerWeek)} a week`;
        case "percent":
          return format.percent(effort.basisPoints);
        case "total":
        case "total-until-done":
          return t`${format.hours(effort.minutes)} in all`;
        case "phased": {
          const minutes = effort.spans.reduce((sum, span) => sum + span.minutes, 0);
          return t`${format.hours(minutes)} in all`;
        }
      }
    },
    [t, format],
  );
}

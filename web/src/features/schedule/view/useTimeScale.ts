/** The time axis of the page: its zoom, its domain, its header, today. */
import { useLingui } from "@lingui/react/macro";
import { useEffect, useMemo, useState } from "react";
import type { WorkspaceSettings } from "@/api/types";
import { formatLocale } from "@/shared/i18n";
import type { Day } from "../model";
import { dayIn, type Weekday } from "../time/days";
import { type HeaderWriter, headerWriter, localeFirstDay } from "../time/header";
import { inDomain, scaleAround, type TimeScale, type Zoom } from "../time/scale";

const TODAY_CHECK_MS = 60_000;

export interface TimeAxis {
  readonly scale: TimeScale;
  readonly header: HeaderWriter;
  readonly today: Day;
  readonly firstDayOfWeek: Weekday;
  /** Makes sure that a day and a screen around it can be scrolled to. */
  cover(day: Day): void;
}

export function useTimeScale(settings: WorkspaceSettings, zoom: Zoom, at: Day | null): TimeAxis {
  const { t, i18n } = useLingui();
  const locale = i18n.locale ? formatLocale() : "en";
  const firstDayOfWeek = (settings.firstDayOfWeek || localeFirstDay(locale)) as Weekday;
  const today = useToday(settings.timeZone);
  const [center, setCenter] = useState<Day>(at ?? today);
  const scale = useMemo(() => scaleAround(zoom, center, firstDayOfWeek), [zoom, center, firstDayOfWeek]);
  const week = t({ message: "W", comment: "Short for week, before its number" });
  const quarter = t({ message: "Q", comment: "Short for quarter of a year, before its number" });
  const header = useMemo(
    () => headerWriter(locale, firstDayOfWeek, { week, quarter }),
    [locale, firstDayOfWeek, week, quarter],
  );
  return useMemo(
    () => ({
      scale,
      header,
      today,
      firstDayOfWeek,
      cover: (day) => {
        const margin = Math.ceil(2400 / scale.pxPerDay);
        if (!inDomain(scale, day - Math.min(margin, 180)) || !inDomain(scale, day + margin)) setCenter(day);
      },
    }),
    [scale, header, today, firstDayOfWeek],
  );
}

/** Moves on at midnight in the workspace's time zone. */
function useToday(timeZone: string): Day {
  const [today, setToday] = useState(() => todayIn(timeZone));
  useEffect(() => {
    const timer = setInterval(() => setToday(todayIn(timeZone)), TODAY_CHECK_MS);
    return () => clearInterval(timer);
  }, [timeZone]);
  return today;
}

function todayIn(timeZone: string): Day {
  try {
    return dayIn(timeZone, new Date());
  } catch {
    return dayIn("UTC", new Date());
  }
}

/** Where a day stands on the screen: four zooms, one linear scale. Pixels count from the start of the domain. */
import { type Day, type Grain, OPEN_END } from "../model";
import { addMonths, startOfMonth, startOfQuarter, startOfWeek, type Weekday } from "./days";

export const ZOOMS = ["day", "week", "month", "quarter"] as const;
export type Zoom = (typeof ZOOMS)[number];

const PX_PER_DAY: Record<Zoom, number> = { day: 96, week: 36, month: 12, quarter: 4 };

/** The grain of the heat strip: a cell is never narrower than a finger's edge. */
const STRIP_GRAIN: Record<Zoom, Grain> = { day: "day", week: "day", month: "week", quarter: "week" };

export interface TimeScale {
  readonly zoom: Zoom;
  readonly pxPerDay: number;
  /** First day of the domain: x = 0. */
  readonly origin: Day;
  /** Length of the domain. */
  readonly days: number;
}

export const DOMAIN_DAYS_BEFORE = 364;
export const DOMAIN_DAYS_AFTER = 728;

/** A domain around `center`, starting on a week's first day, wide enough to scroll in for long. */
export function scaleAround(zoom: Zoom, center: Day, firstDayOfWeek: Weekday): TimeScale {
  const factor = zoom === "quarter" ? 2 : 1;
  const origin = startOfWeek(center - DOMAIN_DAYS_BEFORE * factor, firstDayOfWeek);
  return {
    zoom,
    pxPerDay: PX_PER_DAY[zoom],
    origin,
    days: (DOMAIN_DAYS_BEFORE + DOMAIN_DAYS_AFTER) * factor,
  };
}

export function widthOf(scale: TimeScale): number {
  return scale.days * scale.pxPerDay;
}

/** Left edge of a day. */
export function xOfDay(scale: TimeScale, day: Day): number {
  return (day - scale.origin) * scale.pxPerDay;
}

/** The day under a pixel; days outside the domain included. */
export function dayAtX(scale: TimeScale, x: number): Day {
  return scale.origin + Math.floor(x / scale.pxPerDay);
}

/** Left edge and width of a range, clipped to the domain; width 0 when outside. */
export function spanOf(scale: TimeScale, from: Day, to: Day): { x: number; width: number } {
  const start = Math.max(from, scale.origin);
  const end = Math.min(to === OPEN_END ? scale.origin + scale.days - 1 : to, scale.origin + scale.days - 1);
  return { x: xOfDay(scale, start), width: Math.max(0, end - start + 1) * scale.pxPerDay };
}

export function stripGrain(zoom: Zoom): Grain {
  return STRIP_GRAIN[zoom];
}

export function inDomain(scale: TimeScale, day: Day): boolean {
  return day >= scale.origin && day < scale.origin + scale.days;
}

/** A grid column is a day where days can be told apart, else a week. */
export function columnDays(zoom: Zoom): number {
  return zoom === "quarter" ? 7 : 1;
}

/** 1-based ARIA column of a day; column 1 is the row's name. */
export function columnOf(scale: TimeScale, day: Day): number {
  const clipped = Math.min(Math.max(day, scale.origin), scale.origin + scale.days - 1);
  return 2 + Math.floor((clipped - scale.origin) / columnDays(scale.zoom));
}

export function columnCount(scale: TimeScale): number {
  return 1 + Math.ceil(scale.days / columnDays(scale.zoom));
}

/** How far "previous" and "next" go: about one screen, ending on a natural boundary. */
export function stepFrom(zoom: Zoom, day: Day, direction: -1 | 1, firstDayOfWeek: Weekday): Day {
  switch (zoom) {
    case "day":
      return startOfWeek(day, firstDayOfWeek) + 7 * direction;
    case "week":
      return startOfWeek(day, firstDayOfWeek) + 28 * direction;
    case "month":
      return addMonths(startOfMonth(day), direction);
    case "quarter":
      return addMonths(startOfQuarter(day), 3 * direction);
  }
}

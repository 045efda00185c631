/** The mini-map below the grid: the whole time axis at the width of the screen. Pixels and path data, no DOM. */
import type { Day } from "../model";

export interface Domain {
  readonly from: Day;
  /** Inclusive. */
  readonly to: Day;
}

/** How full everybody in sight is in a week. */
export interface WeekLoad {
  readonly from: Day;
  readonly to: Day;
  readonly capacityMinutes: number;
  readonly confirmedMinutes: number;
  readonly tentativeMinutes: number;
}

/** A frame narrower than this can't be taken hold of. */
const FRAME_PX_MIN = 14;
/** More than full is drawn up to here. */
const SHARE_MAX = 1.2;

export function dayAtPixel(domain: Domain, width: number, x: number): Day {
  const days = domain.to - domain.from + 1;
  const day = domain.from + Math.floor((x / Math.max(width, 1)) * days);
  return Math.min(Math.max(day, domain.from), domain.to);
}

export function pixelOfDay(domain: Domain, width: number, day: Day): number {
  return ((day - domain.from) / (domain.to - domain.from + 1)) * width;
}

/** Where the frame around the days on screen stands; never narrower than a finger can hold, never outside. */
export function frameBox(
  domain: Domain,
  width: number,
  screen: { from: Day; to: Day },
): { x: number; width: number } {
  const start = pixelOfDay(domain, width, screen.from);
  const end = pixelOfDay(domain, width, screen.to + 1);
  const wide = Math.min(Math.max(end - start, FRAME_PX_MIN), width);
  const x = (start + end - wide) / 2;
  return { x: Math.min(Math.max(x, 0), width - wide), width: wide };
}

/** The first day on screen after the frame's middle was put at a pixel. */
export function dayForMiddle(domain: Domain, width: number, x: number, screen: { from: Day; to: Day }): Day {
  const length = screen.to - screen.from + 1;
  const first = dayAtPixel(domain, width, x) - Math.floor(length / 2);
  return Math.min(Math.max(first, domain.from), Math.max(domain.to - length + 1, domain.from));
}

/** The first day on screen after a key on the frame; null for keys that it doesn't know. */
export function dayAfterKey(key: string, domain: Domain, screen: { from: Day; to: Day }): Day | null {
  const length = screen.to - screen.from + 1;
  const last = Math.max(domain.to - length + 1, domain.from);
  const within = (day: Day) => Math.min(Math.max(day, domain.from), last);
  switch (key) {
    case "ArrowLeft":
      return within(screen.from - 7);
    case "ArrowRight":
      return within(screen.from + 7);
    case "PageUp":
      return within(screen.from - length);
    case "PageDown":
      return within(screen.from + length);
    case "Home":
      return domain.from;
    case "End":
      return last;
    default:
      return null;
  }
}

/** One path for confirmed work, one for tentative on top of it, one for what is more than there is. */
export function weekPaths(
  weeks: readonly WeekLoad[],
  domain: Domain,
  size: { width: number; height: number },
): { confirmed: string; tentative: string; over: string } {
  const paths = { confirmed: "", tentative: "", over: "" };
  const full = size.height / SHARE_MAX;
  for (const week of weeks) {
    if (week.capacityMinutes <= 0) continue;
    const x = pixelOfDay(domain, size.width, week.from);
    const width = Math.max(pixelOfDay(domain, size.width, week.to + 1) - x - 1, 0.5);
    const share = (minutes: number) => Math.min(minutes / week.capacityMinutes, SHARE_MAX) * full;
    const confirmed = share(week.confirmedMinutes);
    const all = share(week.confirmedMinutes + week.tentativeMinutes);
    paths.confirmed += rect(x, size.height - Math.min(confirmed, full), width, Math.min(confirmed, full));
    paths.tentative += rect(
      x,
      size.height - Math.min(all, full),
      width,
      Math.min(all, full) - Math.min(confirmed, full),
    );
    paths.over += rect(x, size.height - all, width, all - full);
  }
  return paths;
}

function rect(x: number, y: number, width: number, height: number): string {
  return height > 0.2 ? `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${-round(width)}z` : "";
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

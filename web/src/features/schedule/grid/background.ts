/** Weekends and lines of time behind all rows: repeated gradients on one node, whatever the number of rows. */
import { startOfWeek, type Weekday } from "../time/days";
import type { TimeScale } from "../time/scale";

export function paintBackground(body: HTMLElement, scale: TimeScale, firstDayOfWeek: number): void {
  const week = scale.pxPerDay * 7;
  const firstDay = startOfWeek(scale.origin, firstDayOfWeek as Weekday);
  const saturday = startOfWeek(scale.origin, 1) + 5 - scale.origin;
  const layers: string[] = [];
  const sizes: string[] = [];
  const offsets: number[] = [];
  const add = (image: string, size: number, offset: number) => {
    layers.push(image);
    sizes.push(`${size}px 100%`);
    offsets.push(offset);
  };
  if (scale.pxPerDay >= 12)
    add(
      "linear-gradient(to right, var(--line) 0 1px, transparent 1px)",
      week,
      (firstDay - scale.origin) * scale.pxPerDay,
    );
  if (scale.pxPerDay >= 30) {
    add(
      "linear-gradient(to right, color-mix(in srgb, var(--line) 55%, transparent) 0 1px, transparent 1px)",
      scale.pxPerDay,
      0,
    );
  }
  // Narrower, weekends would be mere noise.
  if (scale.pxPerDay >= 10) {
    add(
      `linear-gradient(to right, var(--sg-weekend) 0 ${2 * scale.pxPerDay}px, transparent ${2 * scale.pxPerDay}px)`,
      week,
      saturday * scale.pxPerDay,
    );
  }
  body.style.backgroundImage = layers.join(", ");
  body.style.backgroundSize = sizes.join(", ");
  body.style.backgroundPosition = offsets.map((offset) => `calc(var(--sg-name) + ${offset}px) 0`).join(", ");
}

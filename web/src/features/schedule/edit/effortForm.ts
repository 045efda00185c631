/** An effort as the fields of a form: hours with decimals, percent, a pace. Time-phased efforts pass through unchanged. */
import { parseHours, parseNumber } from "@/shared/i18n/parse";
import type { Effort, Pace } from "../model";

export const EFFORT_FORMS = [
  "hours-per-day",
  "hours-per-week",
  "percent",
  "total",
  "total-until-done",
] as const;
export type EffortForm = (typeof EFFORT_FORMS)[number] | "phased";

export interface EffortFields {
  readonly form: EffortForm;
  /** Hours or percent, as typed. */
  readonly amount: string;
  /** Hours a day, for work until done. */
  readonly pace: string;
  /** The pace before, which may be in per cent: it stays while its hours stay. */
  readonly paceBefore?: Pace | undefined;
  readonly phased: Effort | null;
}

export function toFields(effort: Effort): EffortFields {
  const fields = { form: effort.form, amount: "", pace: "8", phased: null };
  switch (effort.form) {
    case "hours-per-day":
      return { ...fields, amount: hours(effort.minutesPerDay) };
    case "hours-per-week":
      return { ...fields, amount: hours(effort.minutesPerWeek) };
    case "percent":
      return { ...fields, amount: String(effort.basisPoints / 100) };
    case "total":
      return { ...fields, amount: hours(effort.minutes) };
    case "total-until-done":
      return {
        ...fields,
        amount: hours(effort.minutes),
        pace: paceText(effort.pace),
        paceBefore: effort.pace,
      };
    case "phased":
      return { ...fields, phased: effort };
  }
}

/** Null when the amount is no number in the range that the form allows. */
export function fromFields(fields: EffortFields): Effort | null {
  if (fields.form === "phased") return fields.phased;
  if (fields.form === "percent") {
    const basisPoints = Math.round((parseNumber(fields.amount) ?? 0) * 100);
    return inside(basisPoints, 100_000) ? { form: "percent", basisPoints } : null;
  }
  const minutes = parseHours(fields.amount) ?? 0;
  switch (fields.form) {
    case "hours-per-day":
      return inside(minutes, 1_440) ? { form: "hours-per-day", minutesPerDay: minutes } : null;
    case "hours-per-week":
      return inside(minutes, 10_080) ? { form: "hours-per-week", minutesPerWeek: minutes } : null;
    case "total":
      return inside(minutes, 10_000_000) ? { form: "total", minutes } : null;
    case "total-until-done": {
      const perDay = parseHours(fields.pace) ?? 0;
      if (!inside(minutes, 10_000_000) || !inside(perDay, 1_440)) return null;
      const { paceBefore } = fields;
      const same = paceBefore !== undefined && paceText(paceBefore) === fields.pace;
      const pace = same ? paceBefore : { unit: "hours-per-day" as const, minutesPerDay: perDay };
      return { form: "total-until-done", minutes, pace };
    }
  }
}

/** A pace in per cent as hours of a day of eight. */
function paceText(pace: Pace): string {
  return hours(pace.unit === "hours-per-day" ? pace.minutesPerDay : pace.basisPoints * 0.048);
}

function hours(minutes: number): string {
  return String(Math.round((minutes / 60) * 100) / 100);
}

function inside(value: number, max: number): boolean {
  return value >= 1 && value <= max;
}

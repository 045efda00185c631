// Numbers as people type them. Both decimal signs are understood, and the thousands of the active language.
import { formatLocale } from "./index";

const MINUTES_PER_HOUR = 60;

/** "7.5" and "7,5"; in English "1,200.50", in Spanish "1.200,50" if `grouped`. Null when it is no number. */
export function parseNumber(text: string, grouped = true): number | null {
  const typed = text.replace(/\s/g, "");
  const parts = new Intl.NumberFormat(formatLocale()).formatToParts(1_234_567.8);
  const sign = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  const [group, decimal] = [sign("group"), sign("decimal")];
  const thousands = new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d*)?$`);
  const plain =
    grouped && thousands.test(typed)
      ? typed.replaceAll(group, "").replace(decimal, ".")
      : typed.replace(",", ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** Hours as minutes: "7.5", "7,5" and "7:30" are 450. Null when it is neither. */
export function parseHours(text: string): number | null {
  const clock = /^(\d+):([0-5]\d)$/.exec(text.trim());
  if (clock) return Number(clock[1]) * MINUTES_PER_HOUR + Number(clock[2]);
  const hours = parseNumber(text);
  return hours === null ? null : Math.round(hours * MINUTES_PER_HOUR);
}

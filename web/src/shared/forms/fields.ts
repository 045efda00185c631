// The fields of an object's form, as data.
import type { Option } from "../ui/Combobox";

export interface FieldSpec {
  name: string;
  label: string;
  kind: "text" | "email" | "date" | "notes" | "choice" | "search" | "many" | "color";
  options?: readonly Option[];
  required?: boolean;
  hint?: string;
  /** Takes the whole width. */
  wide?: boolean;
}

export type FieldValue = string | null | string[];
export type FieldValues = Record<string, FieldValue>;

/** What the form shows of an object. */
export function valuesOf(object: object, fields: readonly FieldSpec[]): FieldValues {
  const from = object as Record<string, unknown>;
  return Object.fromEntries(
    fields.map(({ name, kind }) => {
      const value = from[name];
      if (kind === "many") return [name, Array.isArray(value) ? (value as string[]) : []];
      return [name, typeof value === "string" ? value : null];
    }),
  );
}

/** What differs, as a merge patch: an emptied field becomes null. Source: RFC 7396. */
export function patchOf(before: FieldValues, after: FieldValues): FieldValues {
  const patch: FieldValues = {};
  for (const [name, value] of Object.entries(after)) {
    const clean = typeof value === "string" && value.trim() === "" ? null : value;
    if (JSON.stringify(before[name] ?? null) !== JSON.stringify(clean)) patch[name] = clean;
  }
  return patch;
}

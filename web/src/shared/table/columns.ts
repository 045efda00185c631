// What a table shows, and in which order.
import type { ReactNode } from "react";
import type { Option } from "../ui/Combobox";

/** How a cell is changed in place, and many rows at once. */
export interface CellEdit<T> {
  /** What the control holds at first. */
  value: (row: T) => string | null | undefined;
  /** The merge patch that gives a row the new value; null = emptied. Source: RFC 7396. */
  patch: (value: string | null, row: T) => object;
  /** A choice; without it one types. */
  options?: readonly Option[];
  type?: "text" | "email" | "date";
  /** May not be emptied. */
  required?: boolean;
  /** False: only for many rows at once. */
  inline?: boolean;
  /** False: only in the cell. */
  bulk?: boolean;
  /** What many rows get, when the column's head doesn't say it. */
  bulkLabel?: string;
}

export interface Column<T> {
  id: string;
  header: string;
  /** A CSS grid track: `minmax(12rem, 2fr)`. */
  track: string;
  cell: (row: T) => ReactNode;
  /** What is sorted by and exported; without it the column can't be sorted. */
  value?: (row: T) => string | number | null | undefined;
  edit?: CellEdit<T>;
  align?: "end";
  /** Left out on a phone. */
  wideOnly?: boolean;
  /** Can't be hidden. */
  fixed?: boolean;
}

export interface Sort {
  id: string;
  descending: boolean;
}

export const parseSort = (text: string | undefined, fallback: string): Sort => {
  const from = text || fallback;
  return from.startsWith("-") ? { id: from.slice(1), descending: true } : { id: from, descending: false };
};

/** The address's form of a sort after a click on a column: up, then down, then up again. */
export const nextSort = (now: Sort, id: string) => (now.id === id && !now.descending ? `-${id}` : id);

/** Rows in order; empty values come last either way, ties keep their order. */
export function sortRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: Sort,
  locale: string,
): T[] {
  const value = columns.find((column) => column.id === sort.id)?.value;
  if (!value) return [...rows];
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const turn = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: value(row) ?? null }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
      if (typeof a.key === "number" && typeof b.key === "number") return turn * (a.key - b.key);
      return turn * collator.compare(String(a.key), String(b.key));
    })
    .map(({ row }) => row);
}

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Rows of which some column holds every word of the text. */
export function filterRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  text: string | undefined,
): T[] {
  const words = fold(text ?? "")
    .split(/\s+/)
    .filter(Boolean);
  if (words.length === 0) return [...rows];
  return rows.filter((row) => {
    const line = fold(columns.map((column) => column.value?.(row) ?? "").join(" "));
    return words.every((word) => line.includes(word));
  });
}

const cellText = (value: string | number | null | undefined) => {
  const text = value === null || value === undefined ? "" : String(value);
  // A spreadsheet would run a text that begins like this as a formula.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Without it Excel takes UTF-8 for the encoding of its country, and breaks every accent. */
const BYTE_ORDER_MARK = "\ufeff";

/** The rows as CSV, exactly as shown. Source: RFC 4180. */
export function toCsv<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const shown = columns.filter((column) => column.value);
  const lines = [shown.map((column) => cellText(column.header))];
  for (const row of rows) lines.push(shown.map((column) => cellText(column.value?.(row))));
  return `${BYTE_ORDER_MARK}${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

export function saveText(text: string, name: string, type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

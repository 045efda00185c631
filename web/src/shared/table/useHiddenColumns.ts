// Which columns of a table somebody hides, kept on this device.
import { useState } from "react";

const key = (table: string) => `raally.hidden-columns.${table}`;

function stored(table: string): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key(table)) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function useHiddenColumns(table: string): [readonly string[], (column: string) => void] {
  const [hidden, setHidden] = useState(() => stored(table));
  const toggle = (column: string) => {
    const next = hidden.includes(column) ? hidden.filter((one) => one !== column) : [...hidden, column];
    setHidden(next);
    try {
      localStorage.setItem(key(table), JSON.stringify(next));
    } catch {
      // Not kept then.
    }
  };
  return [hidden, toggle];
}

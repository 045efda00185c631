/** Which bars are selected, and what a click does to that. The anchor is where a Shift-click counts from. */

export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchor: string | null;
}

export const NOTHING_SELECTED: Selection = { ids: new Set(), anchor: null };

export function only(id: string): Selection {
  return { ids: new Set([id]), anchor: id };
}

export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Everything between the anchor and `id` in display order, in place of what was selected. */
export function rangeTo(selection: Selection, id: string, order: readonly string[]): Selection {
  const start = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const end = order.indexOf(id);
  if (start < 0 || end < 0) return only(id);
  return {
    ids: new Set(order.slice(Math.min(start, end), Math.max(start, end) + 1)),
    anchor: selection.anchor,
  };
}

/** What stands in a frame, besides what was selected before. */
export function framed(ids: readonly string[], before: ReadonlySet<string>): Selection {
  return { ids: new Set([...before, ...ids]), anchor: ids[0] ?? null };
}

/** Bars that went away (deleted, filtered out, moved out of the range) leave the selection. */
export function keptOnly(selection: Selection, exists: (id: string) => boolean): Selection {
  const ids = new Set([...selection.ids].filter(exists));
  if (ids.size === selection.ids.size) return selection;
  return { ids, anchor: selection.anchor !== null && exists(selection.anchor) ? selection.anchor : null };
}

export interface ClickKeys {
  readonly shift: boolean;
  /** Ctrl, or ⌘ on a Mac. */
  readonly toggle: boolean;
}

export function clicked(
  selection: Selection,
  id: string,
  keys: ClickKeys,
  order: readonly string[],
): Selection {
  if (keys.shift) return rangeTo(selection, id, order);
  return keys.toggle ? toggled(selection, id) : only(id);
}

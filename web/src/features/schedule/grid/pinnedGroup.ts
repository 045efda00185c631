/** Keeps the name of the group in sight whose rows are on screen, below the sticky header, as long as its own row is above. */
import { GEOMETRY } from "../layout/geometry";
import type { RowOffsets } from "../layout/offsets";
import type { GroupRow, Row } from "../view/rows";

export class PinnedGroup {
  readonly element = document.createElement("div");
  private readonly text = document.createElement("span");
  private groups: readonly number[] = [];
  private shown = -1;

  constructor() {
    this.element.className = "sg-pinned";
    // The group's own row says it to those who don't see.
    this.element.setAttribute("aria-hidden", "true");
    this.element.hidden = true;
    this.element.append(this.text);
  }

  /** Its height when rows are grouped: what lies under it is not in sight. */
  height(): number {
    return this.groups.length > 0 ? GEOMETRY.groupHeight : 0;
  }

  setRows(rows: readonly Row[]): void {
    this.groups = rows.flatMap((row, at) => (row.kind === "group" ? [at] : []));
    this.shown = -1;
  }

  /** `y` = what was scrolled away above. The next group pushes the name out. */
  place(rows: readonly Row[], offsets: RowOffsets, y: number, nameOf: (row: GroupRow) => string): void {
    const at = lastBefore(this.groups, offsets, y);
    const group = rows[this.groups[at] ?? -1];
    const visible = group?.kind === "group" && !group.collapsed && offsets.top(this.groups[at] as number) < y;
    this.element.hidden = !visible;
    if (!visible) return;
    const next = this.groups[at + 1];
    const room = next === undefined ? GEOMETRY.groupHeight : offsets.top(next) - y;
    this.element.style.transform = `translateY(${Math.min(room - GEOMETRY.groupHeight, 0)}px)`;
    if (this.shown === at) return;
    this.shown = at;
    this.text.textContent = `${nameOf(group)} · ${group.count}`;
  }
}

/** Position of the last group whose row begins above a pixel; −1 when there is none. */
function lastBefore(groups: readonly number[], offsets: RowOffsets, y: number): number {
  let [low, high] = [0, groups.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets.top(groups[middle] as number) < y) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What is in the air: outlines of bars where they would land, or of time that is being drawn, with a note on a clash. */
import type { ClashChoice } from "../edit/delivery";
import { GEOMETRY, laneTop } from "../layout/geometry";
import type { Day } from "../model";
import { spanOf, type TimeScale } from "../time/scale";

export interface Ghost {
  readonly row: number;
  readonly top: number;
  readonly lane: number;
  readonly from: Day;
  readonly to: Day;
  readonly color: string;
  readonly text: string;
}

export interface Verdict {
  readonly clashes: boolean;
  readonly text: string;
}

/** The part of the plan that is on screen, in pixels of time and rows. */
export interface Sight {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const MAX_GHOSTS = 40;
const NOTE_PX = 290;
const NOTE_LINE_PX = 18;

function inSight(span: { x: number; width: number }, sight: Sight): { x: number; width: number } {
  const x = Math.max(span.x, sight.left);
  return { x, width: span.x + span.width - x };
}

export class GhostLayer {
  readonly element = document.createElement("div");
  private readonly pool: HTMLElement[] = [];
  private readonly note = document.createElement("div");

  constructor() {
    this.element.className = "sg-ghosts";
    this.element.setAttribute("aria-hidden", "true");
    this.note.className = "sg-note";
  }

  /** `sight` = what is on screen: nothing is drawn over the names, and the note stays readable. */
  show(
    ghosts: readonly Ghost[],
    scale: TimeScale,
    sight: Sight,
    verdict: Verdict | null,
    choice: ClashChoice | null = null,
  ): void {
    const shown = ghosts.slice(0, MAX_GHOSTS);
    shown.forEach((ghost, at) => {
      const element = this.pool[at] ?? this.make();
      const { x, width } = inSight(spanOf(scale, ghost.from, ghost.to), sight);
      element.hidden = width <= 0;
      element.className = verdict?.clashes ? `sg-ghost is-clash is-${choice ?? "asked"}` : "sg-ghost";
      element.style.transform = `translate(${x}px, ${ghost.top + laneTop(ghost.lane)}px)`;
      element.style.width = `${Math.max(width - 1, 2)}px`;
      element.style.setProperty("--c", ghost.color);
      element.textContent = ghost.text;
    });
    for (const spare of this.pool.splice(shown.length)) spare.remove();
    this.showNote(shown[0], scale, sight, verdict);
  }

  clear(): void {
    for (const element of this.pool.splice(0)) element.remove();
    this.note.remove();
  }

  private showNote(ghost: Ghost | undefined, scale: TimeScale, sight: Sight, verdict: Verdict | null): void {
    if (!ghost || !verdict?.text) {
      this.note.remove();
      return;
    }
    const { x } = inSight(spanOf(scale, ghost.from, ghost.to), sight);
    this.note.className = verdict.clashes ? "sg-note is-clash" : "sg-note";
    this.note.textContent = verdict.text;
    const lines = verdict.text.split("\n").length;
    const height = lines * NOTE_LINE_PX + 12;
    const barTop = ghost.top + laneTop(ghost.lane);
    const below = barTop + GEOMETRY.laneHeight + 4;
    const top = below + height > sight.bottom && barTop - height > sight.top ? barTop - height - 4 : below;
    const left = Math.max(Math.min(x, sight.right - NOTE_PX), sight.left + 4);
    this.note.style.transform = `translate(${left}px, ${top}px)`;
    if (this.note.parentNode !== this.element) this.element.append(this.note);
  }

  private make(): HTMLElement {
    const element = document.createElement("div");
    element.style.height = `${GEOMETRY.laneHeight}px`;
    this.element.append(element);
    this.pool.push(element);
    return element;
  }
}

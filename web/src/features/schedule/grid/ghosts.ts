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

const MAX_GHOSTS = 40;

export class GhostLayer {
  readonly element = document.createElement("div");
  private readonly pool: HTMLElement[] = [];
  private readonly note = document.createElement("div");

  constructor() {
    this.element.className = "sg-ghosts";
    this.element.setAttribute("aria-hidden", "true");
    this.note.className = "sg-note";
  }

  show(
    ghosts: readonly Ghost[],
    scale: TimeScale,
    verdict: Verdict | null,
    choice: ClashChoice | null = null,
  ): void {
    const shown = ghosts.slice(0, MAX_GHOSTS);
    shown.forEach((ghost, at) => {
      const element = this.pool[at] ?? this.make();
      const { x, width } = spanOf(scale, ghost.from, ghost.to);
      element.className = verdict?.clashes ? `sg-ghost is-clash is-${choice ?? "asked"}` : "sg-ghost";
      element.style.transform = `translate(${x}px, ${ghost.top + laneTop(ghost.lane)}px)`;
      element.style.width = `${Math.max(width - 1, 2)}px`;
      element.style.setProperty("--c", ghost.color);
      element.textContent = ghost.text;
    });
    for (const spare of this.pool.splice(shown.length)) spare.remove();
    this.showNote(shown[0], scale, verdict);
  }

  clear(): void {
    for (const element of this.pool.splice(0)) element.remove();
    this.note.remove();
  }

  private showNote(ghost: Ghost | undefined, scale: TimeScale, verdict: Verdict | null): void {
    if (!ghost || !verdict?.text) {
      this.note.remove();
      return;
    }
    const { x } = spanOf(scale, ghost.from, ghost.to);
    this.note.className = verdict.clashes ? "sg-note is-clash" : "sg-note";
    this.note.textContent = verdict.text;
    this.note.style.transform = `translate(${x}px, ${ghost.top + laneTop(ghost.lane) + GEOMETRY.laneHeight + 4}px)`;
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

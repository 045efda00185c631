// Turns key presses into shortcut names: `Mod+K`, `?`, or a sequence such as `G S`.

const SEQUENCE_MS_MAX = 1_200;

export const isMac = () => typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The name of one key press; empty for a bare modifier. */
export function pressName(event: KeyboardEvent): string {
  if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) return "";
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("Mod");
  if (event.altKey) parts.push("Alt");
  // A sign such as "?" already says that Shift was down.
  if (event.shiftKey && (event.key.length > 1 || /[A-Z]/i.test(event.key))) parts.push("Shift");
  return [...parts, key].join("+");
}

export const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** Remembers the keys of a sequence for a moment. Feed it each press; it answers the names that it could be now. */
export class Presses {
  private last = "";
  private lastAtMs = 0;

  next(name: string, nowMs: number): string[] {
    const sequence = this.last && nowMs - this.lastAtMs <= SEQUENCE_MS_MAX ? `${this.last} ${name}` : null;
    this.last = name;
    this.lastAtMs = nowMs;
    return sequence ? [sequence, name] : [name];
  }

  clear() {
    this.last = "";
  }
}

/** What is said to those who don't see the grid, past the page's state: a drag says something at every step. */

export class Announcer {
  private text = "";
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): string => this.text;

  readonly say = (text: string): void => {
    if (text === this.text) return;
    this.text = text;
    for (const listener of this.listeners) listener();
  };
}

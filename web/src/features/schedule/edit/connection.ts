/**
 * Keeps a request until the server can be reached: what was dropped on the plan without a connection goes out when it is
 * back, in order. Refusals pass through; only "no answer" and "not available just now" are tried again.
 */
import { isProblem } from "@/api/problem";

const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 15_000;

const UNREACHABLE = new Set([0, 502, 503, 504]);

export function isUnreachable(problem: unknown): boolean {
  return isProblem(problem) && UNREACHABLE.has(problem.status);
}

export class Connection {
  private waiting = false;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Something has not reached the server yet. */
  readonly isWaiting = (): boolean => this.waiting;

  /** The attempt may run several times: it must carry a version or an idempotency key of its own. */
  async insist<T>(attempt: () => Promise<T>): Promise<T> {
    let delay = RETRY_MS_MIN;
    for (;;) {
      try {
        const answer = await attempt();
        this.set(false);
        return answer;
      } catch (problem) {
        if (!isUnreachable(problem)) {
          this.set(false);
          throw problem;
        }
      }
      this.set(true);
      await onlineOrAfter(delay);
      delay = Math.min(delay * 2, RETRY_MS_MAX);
    }
  }

  private set(waiting: boolean): void {
    if (waiting === this.waiting) return;
    this.waiting = waiting;
    for (const listener of this.listeners) listener();
  }
}

/** The browser knows when a cable is back, but not when a server is: so both. */
function onlineOrAfter(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    window.addEventListener("online", done);
  });
}

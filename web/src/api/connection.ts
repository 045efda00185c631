// Whether the server answers. Every request tells; while it is silent, one small request asks again and again.

const PROBE = "/api/health/live";
const PROBE_MS = 3_000;

let reachable = true;
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

function publish(next: boolean) {
  if (next === reachable) return;
  reachable = next;
  for (const listener of listeners) listener();
}

async function probe() {
  const answered = await fetch(PROBE, { cache: "no-store" }).then(
    (response) => response.ok,
    () => false,
  );
  if (answered) connection.answered();
}

export const connection = {
  isReachable: () => reachable,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  /** A request got an answer, whatever it says. */
  answered() {
    if (timer !== null) clearInterval(timer);
    timer = null;
    publish(true);
  },
  /** A request got none. */
  silent() {
    timer ??= setInterval(() => void probe(), PROBE_MS);
    publish(false);
  },
};

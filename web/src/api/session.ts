// Who is signed in. The access token lives in this variable only; the refresh token is a cookie that scripts
// can't read. Tabs refresh one after the other (a Web Lock) and tell each other the outcome, because a refresh
// token that is used twice ends the session.
import { ApiProblem } from "./problem";
import type { Tokens, User } from "./types";

export interface SessionState {
  status: "unknown" | "signed-out" | "signed-in";
  user: User | null;
}

type Message = { kind: "tokens"; tokens: Tokens } | { kind: "signed-out" };

let accessToken: string | null = null;
let state: SessionState = { status: "unknown", user: null };
let generation = 0;
let refreshing: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("raally-session");

channel?.addEventListener("message", (event: MessageEvent<Message>) => {
  if (event.data.kind === "tokens") take(event.data.tokens);
  else drop();
});

function publish(next: SessionState) {
  state = next;
  for (const listener of listeners) listener();
}

function take(tokens: Tokens) {
  accessToken = tokens.accessToken;
  generation += 1;
  publish({ status: "signed-in", user: tokens.user });
}

function drop() {
  accessToken = null;
  generation += 1;
  publish({ status: "signed-out", user: null });
}

export const session = {
  get: () => state,
  token: () => accessToken,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  signedIn(tokens: Tokens) {
    take(tokens);
    channel?.postMessage({ kind: "tokens", tokens } satisfies Message);
  },
  signedOut() {
    drop();
    channel?.postMessage({ kind: "signed-out" } satisfies Message);
  },
  /** As `signedOut` for the other tabs; this one is about to load anew and must not move before that. */
  leave() {
    accessToken = null;
    channel?.postMessage({ kind: "signed-out" } satisfies Message);
  },
};

async function refreshOnce(seen: number): Promise<boolean> {
  if (generation !== seen) return state.status === "signed-in";
  const response = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ cookie: true }),
  }).catch(() => null);
  if (response === null) throw ApiProblem.offline();
  if (response.status >= 500 || response.status === 429) throw await ApiProblem.from(response);
  if (!response.ok) {
    session.signedOut();
    return false;
  }
  session.signedIn((await response.json()) as Tokens);
  return true;
}

/** Gets a new access token by the cookie. False: nobody is signed in. Throws when the server can't be reached. */
export function refresh(): Promise<boolean> {
  const seen = generation;
  refreshing ??= (
    navigator.locks ? navigator.locks.request("raally-refresh", () => refreshOnce(seen)) : refreshOnce(seen)
  ).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

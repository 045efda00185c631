// Live updates. One tab holds the stream (a Web Lock chooses it), the others hear it over a BroadcastChannel;
// each drops what changed from its cache. A broken stream resumes after the last position that was seen.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { fetchResponse, workspacePath } from "./client";
import { keys } from "./queries";
import { parseEvents } from "./stream";
import type { ChangeEvent, Id } from "./types";

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;
const COLLECT_MS = 40;

const RESOURCE_OF_KIND: Record<string, string> = {
  person: "people",
  project: "projects",
  assignment: "assignments",
  "time-off": "time-off",
  client: "clients",
  team: "teams",
  skill: "skills",
  role: "roles",
  calendar: "calendars",
  holiday: "holidays",
  workspace: "settings",
  membership: "members",
  import: "imports",
};

type Listener = (event: ChangeEvent) => void;
const listeners = new Set<Listener>();

/** Hears every change of the open workspace, for a page that keeps its own model. */
export function onChangeEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function invalidator(client: QueryClient, workspaceId: Id) {
  let waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  return (event: ChangeEvent) => {
    for (const listener of listeners) listener(event);
    waiting.add(RESOURCE_OF_KIND[event.kind] ?? event.kind);
    if (timer !== null) return;
    timer = setTimeout(() => {
      const resources = [...waiting, "derived", "audit-events"];
      waiting = new Set();
      timer = null;
      for (const resource of resources) {
        void client.invalidateQueries({ queryKey: keys.resource(workspaceId, resource) });
      }
    }, COLLECT_MS);
  };
}

async function follow(workspaceId: Id, last: { position: string }, hear: Listener, signal: AbortSignal) {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (last.position) headers["last-event-id"] = last.position;
  const response = await fetchResponse("GET", workspacePath(workspaceId, "/events"), { headers, signal });
  if (!response.body) return;
  for await (const event of parseEvents(response.body)) {
    if (event.id) last.position = event.id;
    if (event.name === "change") hear(JSON.parse(event.data) as ChangeEvent);
  }
}

async function lead(workspaceId: Id, hear: Listener, reconnected: () => void, signal: AbortSignal) {
  const last = { position: "" };
  let delay = RETRY_MS_MIN;
  while (!signal.aborted) {
    const startedAt = Date.now();
    await follow(workspaceId, last, hear, signal).catch(() => undefined);
    if (signal.aborted) return;
    delay = Date.now() - startedAt > RETRY_MS_MAX ? RETRY_MS_MIN : Math.min(delay * 2, RETRY_MS_MAX);
    await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random() / 2)));
    if (!last.position) reconnected();
  }
}

/** Keeps the cache of this workspace as fresh as the server's log, for as long as the component stands. */
export function useWorkspaceEvents(workspaceId: Id): void {
  const client = useQueryClient();
  useEffect(() => {
    const abort = new AbortController();
    const invalidate = invalidator(client, workspaceId);
    const name = `raally-events-${workspaceId}`;
    const channel = new BroadcastChannel(name);
    channel.onmessage = (message: MessageEvent<ChangeEvent>) => invalidate(message.data);
    const hear = (event: ChangeEvent) => {
      invalidate(event);
      channel.postMessage(event);
    };
    const all = () => void client.invalidateQueries({ queryKey: keys.workspace(workspaceId) });
    const run = () => lead(workspaceId, hear, all, abort.signal);
    if (navigator.locks) {
      navigator.locks.request(name, { signal: abort.signal }, run).catch(() => undefined);
    } else void run();
    return () => {
      abort.abort();
      channel.close();
    };
  }, [client, workspaceId]);
}

/** Deeds as requests. The answer says which version and which id the server gave. */

import { request, workspacePath } from "@/api/client";
import type { Assignment, ClashPolicy } from "@/api/types";
import { writePatch } from "../data/wire";
import type { Deed, Draft } from "./deeds";

export type OnClash = ClashPolicy | undefined;

export interface Sent {
  readonly id: string;
  readonly version: number;
  /** Who has it now, when the server said so. */
  readonly personId: string | null;
}

export interface Refused {
  readonly deed: Deed;
  readonly problem: unknown;
}

export interface BulkResult {
  readonly id: string;
  readonly status: number;
  readonly body?: Assignment;
  readonly problem?: unknown;
}

const assignments = (workspaceId: string, path = "") => workspacePath(workspaceId, `/assignments${path}`);

/** `key` makes a repeated create the same create. */
export async function sendDeed(
  workspaceId: string,
  deed: Deed,
  version: number,
  onClash: OnClash,
  key: string,
): Promise<Sent> {
  const query = { onClash };
  switch (deed.kind) {
    case "patch": {
      const options = { body: writePatch(deed.patch), query, ifMatch: version };
      return sent(
        await request<Assignment>("PATCH", assignments(workspaceId, `/${deed.id}`), options),
        deed.id,
        version,
      );
    }
    case "create": {
      const options = { body: writePatch(deed.draft), query, idempotencyKey: key };
      return sent(await request<Assignment>("POST", assignments(workspaceId), options), deed.temporaryId, 0);
    }
    case "remove":
      return sent(
        await request<Assignment | undefined>("DELETE", assignments(workspaceId, `/${deed.id}`), {
          ifMatch: version,
        }),
        deed.id,
        version,
      );
    case "restore": {
      const options = { query, ifMatch: version };
      const path = assignments(workspaceId, `/${deed.bar.id}/restore`);
      return sent(await request<Assignment>("POST", path, options), deed.bar.id, version);
    }
  }
}

function sent(body: Assignment | undefined, id: string, version: number): Sent {
  return { id: body?.id ?? id, version: body?.version ?? version + 1, personId: body?.personId ?? null };
}

/** Patches and removals in one request; each has a result of its own. */
export async function sendBulk(
  workspaceId: string,
  deeds: readonly { deed: Deed; version: number }[],
  onClash: OnClash,
  idempotencyKey: string,
): Promise<BulkResult[]> {
  const items = deeds.map(({ deed, version }) => {
    if (deed.kind === "patch")
      return { id: deed.id, version, action: "patch", patch: writePatch(deed.patch) };
    if (deed.kind === "remove") return { id: deed.id, version, action: "remove" };
    throw new Error("only patches and removals go in bulk");
  });
  const path = assignments(workspaceId, "/bulk");
  const options = { body: { items, onClash }, idempotencyKey };
  return (await request<{ results: BulkResult[] }>("POST", path, options)).results;
}

/** What the server thinks of a booking without saving it. */
export interface CheckAnswer {
  readonly clashes: {
    scope: "day" | "bucket";
    from: string;
    to: string;
    loadMinutes: number;
    capacityMinutes: number;
  }[];
  readonly warnings: string[];
}

/** A booking as it is asked about; `id` = the one that it would replace. An end that is open or follows is left out. */
export function checkBody(booking: Draft, id: string | undefined): Record<string, unknown> {
  const { endsOn, ...body } = writePatch(booking);
  return { ...body, ...(booking.flexible || endsOn === null ? {} : { endsOn }), id };
}

export function checkBooking(workspaceId: string, body: unknown, signal: AbortSignal): Promise<CheckAnswer> {
  return request<CheckAnswer>("POST", assignments(workspaceId, "/check"), { body, signal });
}

export function actOn<T>(
  workspaceId: string,
  id: string,
  action: string,
  version: number,
  body: unknown,
  onClash: OnClash,
  idempotencyKey: string,
) {
  return request<T>("POST", assignments(workspaceId, `/${id}/${action}`), {
    body,
    query: { onClash },
    ifMatch: version,
    idempotencyKey,
  });
}

// Reading and writing the objects of a workspace through one cache. Every key begins with the workspace and the
// resource, so that a change event empties exactly what it touched.
import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Query, request, workspacePath } from "./client";
import { newId } from "./newId";
import type { Id, Page, ResourceName, Resources } from "./types";

/** At most this many rows are held by a table; more ask for a filter. */
export const ROWS_MAX = 10_000;
const PAGE_ROWS = 200;

export const keys = {
  workspace: (workspaceId: Id) => ["workspace", workspaceId] as const,
  resource: (workspaceId: Id, resource: string) => ["workspace", workspaceId, resource] as const,
};

async function readAll<T>(path: string, query: Query, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await request<Page<T>>("GET", path, {
      query: { ...query, limit: PAGE_ROWS, cursor },
      signal,
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor && items.length < ROWS_MAX);
  return items;
}

/** All rows of a resource that the query matches. */
export const listOptions = <R extends ResourceName>(workspaceId: Id, resource: R, query: Query = {}) =>
  queryOptions({
    queryKey: [...keys.resource(workspaceId, resource), "list", query],
    queryFn: ({ signal }) => readAll<Resources[R]>(workspacePath(workspaceId, `/${resource}`), query, signal),
    staleTime: 30_000,
  });

export const useList = <R extends ResourceName>(workspaceId: Id, resource: R, query: Query = {}) =>
  useQuery(listOptions(workspaceId, resource, query));

/** The rows of a resource by id, as they are or as they were at an instant; empty until they are there. */
export function useIndex<R extends ResourceName>(
  workspaceId: Id,
  resource: R,
  asOf?: string,
): Map<Id, Resources[R]> {
  const { data } = useQuery({
    ...listOptions(workspaceId, resource, asOf ? { asOf } : {}),
    select: toIndex as (rows: Resources[R][]) => Map<Id, Resources[R]>,
  });
  return data ?? (EMPTY as Map<Id, Resources[R]>);
}

const EMPTY = new Map<Id, never>();
const toIndex = <T extends { id: Id }>(rows: T[]) => new Map(rows.map((row) => [row.id, row]));

export const objectOptions = <R extends ResourceName>(workspaceId: Id, resource: R, id: Id, asOf?: string) =>
  queryOptions({
    queryKey: [...keys.resource(workspaceId, resource), "object", id, asOf ?? "now"],
    queryFn: ({ signal }) =>
      request<Resources[R]>("GET", workspacePath(workspaceId, `/${resource}/${id}`), {
        query: { asOf },
        signal,
      }),
  });

/** Anything else below a workspace, such as a report; emptied with the resource that it is filed under. */
export const useWorkspaceQuery = <T>(
  workspaceId: Id,
  resource: string,
  path: string,
  query: Query = {},
  enabled = true,
) =>
  useQuery({
    queryKey: [...keys.resource(workspaceId, resource), path, query],
    queryFn: ({ signal }) => request<T>("GET", workspacePath(workspaceId, path), { query, signal }),
    enabled,
    staleTime: 15_000,
  });

export interface Change {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the workspace: `/people/…`. */
  path: string;
  body?: unknown;
  query?: Query;
  version?: number;
  /** What else to read anew besides the resource. */
  touches?: readonly string[];
}

export const refreshResources = (client: QueryClient, workspaceId: Id, resources: readonly string[]) =>
  Promise.all(
    resources.map((resource) => client.invalidateQueries({ queryKey: keys.resource(workspaceId, resource) })),
  );

/** Sends a change and reads anew what it touched. A create carries an idempotency key, so a retry is harmless. */
export function useChange<T = unknown>(workspaceId: Id, resource: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) =>
      request<T>(change.method, workspacePath(workspaceId, change.path), {
        body: change.body,
        query: change.query,
        ifMatch: change.version,
        idempotencyKey: change.method === "POST" ? newId() : undefined,
      }),
    onSuccess: (_, change) =>
      refreshResources(client, workspaceId, [resource, "derived", ...(change.touches ?? [])]),
  });
}

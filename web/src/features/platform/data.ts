// What platform admins read: pages of logins and workspaces, and the state of what the server stands on.
import { queryOptions, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { Id, Page } from "@/api/types";

type Schema = components["schemas"];

export type PlatformUser = Schema["PlatformUser"];
export type PlatformWorkspace = Schema["PlatformWorkspace"];
export type HealthReport = Schema["HealthReport"];

export const PLATFORM = "platform";
const PAGE_ROWS = 50;
const HEALTH_MS = 15_000;

/** A list that grows by pages; the server searches. */
export function usePlatformList<T>(list: "users" | "workspaces", search: string | undefined) {
  return useInfiniteQuery({
    queryKey: [PLATFORM, list, search ?? ""],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      request<Page<T>>("GET", `/platform/${list}`, {
        query: { search, limit: PAGE_ROWS, cursor: pageParam },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (old) => old,
  });
}

export const platformUserOptions = (id: Id) =>
  queryOptions({
    queryKey: [PLATFORM, "user", id],
    queryFn: ({ signal }) => request<PlatformUser>("GET", `/platform/users/${id}`, { signal }),
    retry: false,
  });

/** The state of each dependency; an unhealthy server answers 503 with the same document. */
export const useHealth = () =>
  useQuery({
    queryKey: [PLATFORM, "health"],
    queryFn: async ({ signal }) =>
      (await (
        await fetch("/api/health", { signal, headers: { accept: "application/json" } })
      ).json()) as HealthReport,
    refetchInterval: HEALTH_MS,
  });

/** Reads everything of the platform anew, after a change. */
export function useRefreshPlatform() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [PLATFORM] });
}

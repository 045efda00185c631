// Lists of a workspace as the options of a choice.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { listOptions, useList, useWorkspaceQuery } from "@/api/queries";
import type { Id, Member, ResourceName } from "@/api/types";
import { useAsOf } from "./asOf";
import type { Option } from "./ui/Combobox";
import { useCan, useCanOn } from "./workspace/context";

type Named = Exclude<ResourceName, "time-off" | "assignments">;

/** As they are, or while travelling in time as they were. */
export function useOptions(workspaceId: Id, resource: Named): Option[] {
  const asOf = useAsOf();
  const { data } = useList(workspaceId, resource, asOf ? { asOf } : {});
  return useMemo(
    () =>
      (data ?? [])
        .map((row) => ({ value: row.id, label: row.name }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    [data],
  );
}

/** The members as options; none for those who may not list them. */
export function useMemberOptions(workspaceId: Id): Option[] | null {
  const allowed = useCan()("manage-members");
  const { data } = useWorkspaceQuery<{ items: Member[] }>(workspaceId, "members", "/members", {}, allowed);
  return useMemo(
    () =>
      allowed
        ? (data?.items ?? []).map((one) => ({ value: one.userId, label: `${one.name} (${one.email})` }))
        : null,
    [allowed, data],
  );
}

/** Whether there is a project of which one may see rates and budget. The projects are asked for only where it depends on them. */
export function useSeesMoney(workspaceId: Id): boolean {
  const can = useCanOn();
  const ofAll = can("read-money", []);
  const mayBe = useCan()("read-money");
  const { data } = useQuery({ ...listOptions(workspaceId, "projects"), enabled: mayBe && !ofAll });
  return ofAll || can("read-money", data?.flatMap((project) => project.managerIds) ?? []);
}

// Lists of a workspace as the options of a choice.
import { useMemo } from "react";
import { useList } from "@/api/queries";
import type { Id, ResourceName } from "@/api/types";
import type { Option } from "./ui/Combobox";

type Named = Exclude<ResourceName, "time-off" | "assignments">;

export function useOptions(workspaceId: Id, resource: Named): Option[] {
  const { data } = useList(workspaceId, resource);
  return useMemo(
    () =>
      (data ?? [])
        .map((row) => ({ value: row.id, label: row.name }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    [data],
  );
}

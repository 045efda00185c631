// Where the entries of a short list are used.
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { useList } from "@/api/queries";
import { useAsOf } from "@/shared/asOf";
import { useWorkspaceId } from "@/shared/workspace/context";
import type { CatalogueName } from "./words";

/** How many people or projects have an entry, and where they are listed. */
export function useUses(resource: CatalogueName) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const asOf = useAsOf();
  const people = useList(workspaceId, "people", { asOf }).data;
  const projects = useList(workspaceId, "projects", { asOf }).data;
  return useMemo(() => {
    const ids =
      resource === "clients"
        ? (projects ?? []).map((project) => project.clientId)
        : (people ?? []).flatMap((person) =>
            resource === "teams"
              ? person.teamIds
              : resource === "skills"
                ? person.skills.map((skill) => skill.skillId)
                : [person.roleId],
          );
    const counts = new Map<string, number>();
    for (const id of ids) if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
    const by = { clients: "clientId", teams: "teamId", skills: "skillId", roles: "roleId" }[resource];
    return {
      by,
      to: resource === "clients" ? "projects" : "people",
      header: resource === "clients" ? t`Projects` : t`People`,
      count: (id: string) => counts.get(id) ?? 0,
    };
  }, [t, resource, people, projects]);
}

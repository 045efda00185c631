/** Names for ids: teams, roles, skills, projects of the workspace, as they are or as they were at an instant. */
import { useMemo } from "react";
import { useIndex, useList } from "@/api/queries";
import type { Project } from "../model";
import { readProject } from "./wire";

export interface Directory {
  readonly teams: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, string>;
  readonly skills: ReadonlyMap<string, string>;
  readonly projects: ReadonlyMap<string, Project>;
}

export function useDirectory(workspaceId: string, asOf?: string): Directory {
  const teams = useIndex(workspaceId, "teams", asOf);
  const roles = useIndex(workspaceId, "roles", asOf);
  const skills = useIndex(workspaceId, "skills", asOf);
  const projects = useList(workspaceId, "projects", { asOf }).data;
  return useMemo(
    () => ({
      teams: names(teams),
      roles: names(roles),
      skills: names(skills),
      projects: new Map((projects ?? []).map((one) => [one.id, readProject(one)])),
    }),
    [teams, roles, skills, projects],
  );
}

function names(index: ReadonlyMap<string, { id: string; name: string }>): ReadonlyMap<string, string> {
  return new Map([...index].map(([id, one]) => [id, one.name]));
}

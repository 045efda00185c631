/** Names for ids: teams, roles, skills, projects of the workspace. */
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

export function useDirectory(workspaceId: string): Directory {
  const teams = useIndex(workspaceId, "teams");
  const roles = useIndex(workspaceId, "roles");
  const skills = useIndex(workspaceId, "skills");
  const projects = useList(workspaceId, "projects").data;
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

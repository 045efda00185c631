// People and projects in the command palette: a few letters of the name, Enter, and one is there.
import { useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { request, workspacePath } from "@/api/client";
import type { Id, Page, Person, Project } from "@/api/types";
import { actionSources } from "@/shared/actions/action";

const FOUND_MAX = 6;

export function useObjectActions(workspaceId: Id): void {
  const { t } = useLingui();
  const navigate = useNavigate();
  useEffect(
    () =>
      actionSources.add(async (q, signal) => {
        const ask = <T>(resource: string) =>
          request<Page<T>>("GET", workspacePath(workspaceId, `/${resource}`), {
            query: { q, limit: FOUND_MAX },
            signal,
          });
        const [people, projects] = await Promise.all([ask<Person>("people"), ask<Project>("projects")]);
        return [
          ...people.items.map((person) => ({
            id: `person-${person.id}`,
            label: person.name,
            section: t`People`,
            icon: "user" as const,
            run: () =>
              void navigate({
                to: "/w/$workspaceId/people/$personId",
                params: { workspaceId, personId: person.id },
              }),
          })),
          ...projects.items.map((project) => ({
            id: `project-${project.id}`,
            label: project.name,
            section: t`Projects`,
            icon: "folder" as const,
            run: () =>
              void navigate({
                to: "/w/$workspaceId/projects/$projectId",
                params: { workspaceId, projectId: project.id },
              }),
          })),
        ];
      }),
    [t, navigate, workspaceId],
  );
}

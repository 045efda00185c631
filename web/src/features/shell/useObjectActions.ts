// What has a page, in the command palette: a few letters of the name, Enter, and one is there.
import { useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { request, workspacePath } from "@/api/client";
import type { Id, Page } from "@/api/types";
import { actionSources } from "@/shared/actions/action";
import type { IconName } from "@/shared/ui/Icon";

const FOUND_MAX = 6;

interface Source {
  resource: string;
  section: string;
  icon: IconName;
}

export function useObjectActions(workspaceId: Id): void {
  const { t } = useLingui();
  const navigate = useNavigate();
  useEffect(() => {
    const sources: Source[] = [
      { resource: "people", section: t`People`, icon: "user" },
      { resource: "projects", section: t`Projects`, icon: "folder" },
      { resource: "clients", section: t`Clients`, icon: "building" },
      { resource: "teams", section: t`Teams`, icon: "team" },
      { resource: "skills", section: t`Skills`, icon: "skill" },
    ];
    return actionSources.add(async (q, signal) => {
      const found = await Promise.all(
        sources.map(async ({ resource, section, icon }) => {
          const path = workspacePath(workspaceId, `/${resource}`);
          const query = { q, limit: FOUND_MAX };
          const page = await request<Page<{ id: Id; name: string }>>("GET", path, { query, signal });
          return page.items.map(({ id, name }) => ({
            id: `${resource}-${id}`,
            label: name,
            section,
            icon,
            run: () => void navigate({ to: `/w/${workspaceId}/${resource}/${id}` as string }),
          }));
        }),
      );
      return found.flat();
    });
  }, [t, navigate, workspaceId]);
}

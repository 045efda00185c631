// The columns of the projects table.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { CatalogueItem, Id, Project, ProjectStatus } from "@/api/types";
import { useOptions } from "@/shared/catalogue";
import { useFormat } from "@/shared/i18n/format";
import { optionsOf, useNames } from "@/shared/names";
import type { Column } from "@/shared/table/columns";
import { Badge, type Tone } from "@/shared/ui/Badge";

const TONES: Record<ProjectStatus, Tone> = {
  proposed: "accent",
  active: "good",
  "on-hold": "warn",
  completed: "neutral",
  archived: "neutral",
};

export function useProjectColumns(workspaceId: Id, clients: Map<Id, CatalogueItem>): Column<Project>[] {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const clientOptions = useOptions(workspaceId, "clients");
  return useMemo(
    () => [
      {
        id: "name",
        header: t`Name`,
        track: "minmax(10rem, 2fr)",
        fixed: true,
        value: (project) => project.name,
        cell: (project) => (
          <span className="flex items-center gap-2.5">
            <span
              aria-hidden="true"
              className="size-2.5 shrink-0 rounded-full"
              style={{ backgroundColor: project.color ?? "var(--series-8)" }}
            />
            <Link
              to="/w/$workspaceId/projects/$projectId"
              params={{ workspaceId, projectId: project.id }}
              className="truncate font-medium hover:underline"
            >
              {project.name}
            </Link>
          </span>
        ),
      },
      {
        id: "code",
        header: t`Code`,
        track: "6rem",
        wideOnly: true,
        value: (project) => project.code,
        cell: (project) => <span className="text-muted">{project.code ?? "–"}</span>,
        edit: { value: (project) => project.code, patch: (code) => ({ code }), bulk: false },
      },
      {
        id: "client",
        header: t`Client`,
        track: "minmax(7rem, 1fr)",
        wideOnly: true,
        value: (project) => clients.get(project.clientId ?? "")?.name,
        cell: (project) => clients.get(project.clientId ?? "")?.name ?? "–",
        edit: {
          value: (project) => project.clientId,
          patch: (clientId) => ({ clientId }),
          options: clientOptions,
        },
      },
      {
        id: "status",
        header: t`Status`,
        track: "7rem",
        value: (project) => names.projectStatus[project.status],
        cell: (project) => <Badge tone={TONES[project.status]}>{names.projectStatus[project.status]}</Badge>,
        edit: {
          value: (project) => project.status,
          patch: (status) => ({ status }),
          options: optionsOf(names.projectStatus),
          required: true,
        },
      },
      {
        id: "kind",
        header: t`Type`,
        track: "minmax(7rem, 1fr)",
        wideOnly: true,
        value: (project) => names.projectKind[project.kind],
        cell: (project) => names.projectKind[project.kind],
        edit: {
          value: (project) => project.kind,
          patch: (kind) => ({ kind }),
          options: optionsOf(names.projectKind),
          required: true,
        },
      },
      {
        id: "starts",
        header: t`Start`,
        track: "7.5rem",
        wideOnly: true,
        value: (project) => project.startsOn,
        cell: (project) => format.day(project.startsOn),
        edit: { value: (project) => project.startsOn, patch: (startsOn) => ({ startsOn }), type: "date" },
      },
      {
        id: "ends",
        header: t`End`,
        track: "7.5rem",
        wideOnly: true,
        value: (project) => project.endsOn,
        cell: (project) => format.day(project.endsOn),
        edit: { value: (project) => project.endsOn, patch: (endsOn) => ({ endsOn }), type: "date" },
      },
    ],
    [t, format, names, clients, clientOptions, workspaceId],
  );
}

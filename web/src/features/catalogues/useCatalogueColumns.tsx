// The columns of a short list.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { CatalogueItem, Id } from "@/api/types";
import type { Column } from "@/shared/table/columns";
import { IconButton } from "@/shared/ui/Button";
import { useWorkspaceId } from "@/shared/workspace/context";
import { useUses } from "./uses";
import type { CatalogueName } from "./words";

interface Options {
  resource: CatalogueName;
  /** Whether entries may be changed. */
  edit: boolean;
  onOpen: (id: Id) => void;
  onRemove: (item: CatalogueItem) => void;
}

export function useCatalogueColumns({ resource, edit, onOpen, onRemove }: Options): Column<CatalogueItem>[] {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const uses = useUses(resource);
  return useMemo<Column<CatalogueItem>[]>(() => {
    const second = resource === "skills" ? ("category" as const) : ("notes" as const);
    return [
      {
        id: "name",
        header: t`Name`,
        track: "minmax(8rem, 1fr)",
        fixed: true,
        value: (item) => item.name,
        cell: (item) => (
          <Link
            to={`/w/${workspaceId}/${resource}/${item.id}` as string}
            className="truncate font-medium hover:underline"
          >
            {item.name}
          </Link>
        ),
      },
      ...(resource === "roles"
        ? []
        : [
            {
              id: second,
              header: second === "category" ? t`Category` : t`Notes`,
              track: "minmax(8rem, 2fr)",
              wideOnly: true,
              value: (item: CatalogueItem) => item[second],
              cell: (item: CatalogueItem) => <span className="text-muted">{item[second] ?? "–"}</span>,
              edit: {
                value: (item: CatalogueItem) => item[second],
                patch: (value: string | null) => ({ [second]: value }),
              },
            },
          ]),
      {
        id: "uses",
        header: uses.header,
        track: "minmax(5rem, 7rem)",
        align: "end" as const,
        value: (item) => uses.count(item.id),
        cell: (item) => (
          <Link
            to={`/w/${workspaceId}/${uses.to}` as string}
            search={{ [uses.by]: item.id } as never}
            className="hover:underline"
            aria-label={t`${item.name}: ${uses.count(item.id)} ${uses.header}`}
          >
            {uses.count(item.id)}
          </Link>
        ),
      },
      ...(edit
        ? [
            {
              id: "actions",
              header: "",
              track: "4.5rem",
              fixed: true,
              align: "end" as const,
              cell: (item: CatalogueItem) => (
                <>
                  <IconButton icon="edit" label={t`Edit ${item.name}`} onClick={() => onOpen(item.id)} />
                  <IconButton icon="trash" label={t`Delete ${item.name}`} onClick={() => onRemove(item)} />
                </>
              ),
            },
          ]
        : []),
    ];
  }, [t, resource, edit, onOpen, onRemove, uses, workspaceId]);
}

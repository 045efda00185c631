/** What can be done on this page, as actions: toolbar, palette and keyboard run the same ones. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { type Bar, OPEN_END } from "../model";
import { formatDay } from "../time/days";
import { ZOOMS, type Zoom } from "../time/scale";
import type { Editing } from "./useEditor";

export interface ActionHost {
  readonly editing: Editing;
  readonly editable: boolean;
  readonly selected: readonly Bar[];
  /** The selection, else the bar with the keyboard's focus. */
  targets(): readonly Bar[];
  onCreate(): void;
  onOpen(bar: Bar): void;
  onSplit(bar: Bar): void;
  onRepeat(bar: Bar): void;
  onCandidates(bar: Bar): void;
  onToday(): void;
  onZoom(zoom: Zoom): void;
  onSelectAll(): void;
}

export function useScheduleActions(host: ActionHost): { onSelection: readonly Action[] } {
  const { t } = useLingui();
  const { editing, editable, selected } = host;
  const section = t`Schedule`;
  const onSelection = useMemo<Action[]>(() => {
    if (!editable) return [];
    const one = (run: (bar: Bar) => void) => () => {
      const [bar] = host.targets();
      if (bar) run(bar);
    };
    const single: Action[] = [
      { id: "assignment-edit", label: t`Edit`, section, icon: "edit", shortcut: "E", run: one(host.onOpen) },
      {
        id: "assignment-candidates",
        label: t`Who could take this?`,
        section,
        icon: "people",
        shortcut: "W",
        run: one(host.onCandidates),
      },
      {
        id: "assignment-split",
        label: t`Split`,
        section,
        icon: "columns",
        shortcut: "S",
        run: one(host.onSplit),
      },
      {
        id: "assignment-copy",
        label: t`Copy after it`,
        section,
        icon: "plus",
        shortcut: "C",
        run: one((bar) => void editing.editor.multiply(t`Copied`, bar.id, "copy", copyBody(bar))),
      },
      {
        id: "assignment-repeat",
        label: t`Repeat`,
        section,
        icon: "refresh",
        shortcut: "R",
        run: one(host.onRepeat),
      },
    ];
    const commit = (tentative: boolean) => () => {
      const bars = host.targets().filter((bar) => bar.tentative !== tentative);
      if (bars.length === 0) return;
      const deeds = bars.map((bar) => ({ kind: "patch" as const, id: bar.id, patch: { tentative } }));
      void editing.editor.run(tentative ? t`Made tentative` : t`Confirmed`, deeds);
    };
    const many: Action[] = [
      {
        id: "assignment-confirm",
        label: t`Confirm`,
        section,
        icon: "check",
        shortcut: "B",
        run: commit(false),
      },
      {
        id: "assignment-hold",
        label: t`Make tentative`,
        section,
        icon: "info",
        shortcut: "H",
        run: commit(true),
      },
      {
        id: "assignment-delete",
        label: t`Delete`,
        section,
        icon: "trash",
        shortcut: "Delete",
        run: () => {
          const bars = host.targets();
          const deeds = bars.map((bar) => ({ kind: "remove" as const, id: bar.id }));
          const label = plural(bars.length, { one: "# assignment deleted", other: "# assignments deleted" });
          if (bars.length > 0) void editing.editor.run(label, deeds);
        },
      },
    ];
    const useless = new Set<string>();
    if (selected.length > 0 && selected.every((bar) => !bar.tentative)) useless.add("assignment-confirm");
    if (selected.length > 0 && selected.every((bar) => bar.tentative)) useless.add("assignment-hold");
    const all =
      selected.length > 1
        ? many
        : [...single.slice(0, 2), ...many.slice(0, 2), ...single.slice(2), ...many.slice(2)];
    return all.filter((action) => !useless.has(action.id));
  }, [t, section, host, editing.editor, editable, selected]);

  const onPage = useMemo<Action[]>(() => {
    const zoomNames: Record<Zoom, string> = {
      day: t`Zoom to days`,
      week: t`Zoom to weeks`,
      month: t`Zoom to months`,
      quarter: t`Zoom to quarters`,
    };
    const looking: Action[] = [
      {
        id: "schedule-today",
        label: t`Go to today`,
        section,
        icon: "calendar",
        shortcut: "T",
        run: host.onToday,
      },
      { id: "schedule-select-all", label: t`Select all assignments`, section, run: host.onSelectAll },
      ...ZOOMS.map(
        (zoom, at): Action => ({
          id: `schedule-zoom-${zoom}`,
          label: zoomNames[zoom],
          section,
          shortcut: String(at + 1),
          run: () => host.onZoom(zoom),
        }),
      ),
    ];
    if (!editable) return looking;
    return [
      {
        id: "assignment-new",
        label: t`New assignment`,
        section,
        icon: "plus",
        shortcut: "N",
        run: host.onCreate,
      },
      { id: "schedule-undo", label: t`Undo`, section, icon: "undo", shortcut: "Mod+Z", run: editing.undo },
      {
        id: "schedule-redo",
        label: t`Redo`,
        section,
        icon: "history",
        shortcut: "Mod+Shift+Z",
        run: editing.redo,
      },
      ...looking,
    ];
  }, [t, section, host, editing.undo, editing.redo, editable]);

  useActions(useMemo(() => [...onPage, ...onSelection], [onPage, onSelection]));
  return { onSelection };
}

function copyBody(bar: Bar): { startsOn?: string } {
  return bar.to === OPEN_END ? {} : { startsOn: formatDay(bar.to + 1) };
}

/** What can be done on this page, as actions: toolbar, menus, palette and keyboard run the same ones. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { type Bar, type MayPlan, OPEN_END } from "../model";
import { formatDay } from "../time/days";
import { ZOOMS, type Zoom } from "../time/scale";
import type { BarPatch } from "./deeds";
import type { Editing } from "./useEditor";

export interface ActionHost {
  readonly editing: Editing;
  readonly editable: boolean;
  readonly mayPlan: MayPlan;
  readonly selected: readonly Bar[];
  /** What may be changed of the selection, else of the bar with the keyboard's focus. */
  targets(): readonly Bar[];
  /** At the row and day that were chosen last, if any. */
  onCreate(): void;
  onOpen(bar: Bar): void;
  onSplit(bar: Bar): void;
  onRepeat(bar: Bar): void;
  onCandidates(bar: Bar): void;
  onGive(bars: readonly Bar[]): void;
  onOpenRow(): void;
  onSelectRow(): void;
  onToday(): void;
  onZoom(zoom: Zoom): void;
  onSelectAll(): void;
  onFrame(): void;
  onForm(): void;
  onSubject(): void;
}

export interface ScheduleActions {
  /** For the selected bars. */
  readonly onSelection: readonly Action[];
  /** For a place in the grid without a bar. */
  readonly onPlace: readonly Action[];
}

type Make = (id: string, label: string, more: Omit<Action, "id" | "label" | "section">) => Action;

function useMake(): Make {
  const { t } = useLingui();
  const section = t`Schedule`;
  return useMemo(() => (id, label, more) => ({ id, label, section, ...more }), [section]);
}

/** Actions on one assignment. */
function useSingle(host: ActionHost, make: Make): readonly Action[] {
  const { t } = useLingui();
  return useMemo(() => {
    const one = (run: (bar: Bar) => void) => () => {
      const [bar] = host.targets();
      if (bar) run(bar);
    };
    const copy = (bar: Bar) => void host.editing.editor.multiply(t`Copied`, bar.id, "copy", copyBody(bar));
    return [
      make("assignment-edit", t`Edit`, { icon: "edit", shortcut: "E", run: one(host.onOpen) }),
      make("assignment-candidates", t`Who could take this?`, {
        icon: "people",
        shortcut: "W",
        run: one(host.onCandidates),
      }),
      make("assignment-split", t`Split`, { icon: "columns", shortcut: "S", run: one(host.onSplit) }),
      make("assignment-copy", t`Copy after it`, { icon: "plus", shortcut: "C", run: one(copy) }),
      make("assignment-repeat", t`Repeat`, { icon: "refresh", shortcut: "R", run: one(host.onRepeat) }),
    ];
  }, [t, host, make]);
}

/** Actions on any number of assignments. */
function useMany(host: ActionHost, make: Make): readonly Action[] {
  const { t } = useLingui();
  return useMemo(() => {
    const { editor } = host.editing;
    const patchAll = (label: string, patch: (bar: Bar) => BarPatch | null) => () => {
      const deeds = host.targets().flatMap((bar) => {
        const change = patch(bar);
        return change ? [{ kind: "patch" as const, id: bar.id, patch: change }] : [];
      });
      if (deeds.length > 0) void editor.run(label, deeds);
    };
    const shift = (days: number) => (bar: Bar) => ({
      from: bar.from + days,
      ...(bar.to !== OPEN_END && !bar.flexible && { to: bar.to + days }),
    });
    const commit = (tentative: boolean) => (bar: Bar) => (bar.tentative === tentative ? null : { tentative });
    const remove = () => {
      const bars = host.targets();
      const deeds = bars.map((bar) => ({ kind: "remove" as const, id: bar.id }));
      const label = plural(bars.length, { one: "# assignment deleted", other: "# assignments deleted" });
      if (bars.length > 0) void editor.run(label, deeds);
    };
    const give = () => {
      const bars = host.targets();
      if (bars.length > 0) host.onGive(bars);
    };
    return [
      make("assignment-confirm", t`Confirm`, {
        icon: "check",
        shortcut: "B",
        run: patchAll(t`Confirmed`, commit(false)),
      }),
      make("assignment-hold", t`Make tentative`, {
        icon: "info",
        shortcut: "H",
        run: patchAll(t`Made tentative`, commit(true)),
      }),
      make("assignment-give", t`Give to somebody else`, { icon: "user", shortcut: "P", run: give }),
      make("assignment-earlier", t`A week earlier`, {
        icon: "back",
        shortcut: ",",
        run: patchAll(t`Moved a week earlier`, shift(-7)),
      }),
      make("assignment-later", t`A week later`, {
        icon: "schedule",
        shortcut: ".",
        run: patchAll(t`Moved a week later`, shift(7)),
      }),
      make("assignment-delete", t`Delete`, { icon: "trash", shortcut: "Delete", run: remove }),
    ];
  }, [t, host, make]);
}

function useOnSelection(host: ActionHost, make: Make): readonly Action[] {
  const single = useSingle(host, make);
  const many = useMany(host, make);
  const { editable, mayPlan, selected } = host;
  return useMemo(() => {
    if (!editable || selected.some((bar) => !mayPlan(bar.projectId))) return [];
    const useless = new Set<string>();
    if (selected.length > 0 && selected.every((bar) => !bar.tentative)) useless.add("assignment-confirm");
    if (selected.length > 0 && selected.every((bar) => bar.tentative)) useless.add("assignment-hold");
    const all =
      selected.length > 1
        ? many
        : [...single.slice(0, 2), ...many.slice(0, 2), ...single.slice(2), ...many.slice(2)];
    return all.filter((action) => !useless.has(action.id));
  }, [editable, mayPlan, selected, single, many]);
}

/** Actions on the row and day where one stands. */
function useOnPlace(host: ActionHost, make: Make): readonly Action[] {
  const { t } = useLingui();
  return useMemo(() => {
    const create = make("assignment-new", t`New assignment`, {
      icon: "plus",
      shortcut: "N",
      run: host.onCreate,
    });
    return [
      ...(host.editable ? [create] : []),
      make("schedule-select-row", t`Select everything in this row`, {
        icon: "check",
        run: host.onSelectRow,
      }),
      make("schedule-open-row", t`Open the page of this row`, {
        icon: "folder",
        shortcut: "O",
        run: host.onOpenRow,
      }),
    ];
  }, [t, host, make]);
}

function useOnPage(host: ActionHost, make: Make): readonly Action[] {
  const { t } = useLingui();
  const { editable, editing } = host;
  return useMemo(() => {
    const zoomNames: Record<Zoom, string> = {
      day: t`Zoom to days`,
      week: t`Zoom to weeks`,
      month: t`Zoom to months`,
      quarter: t`Zoom to quarters`,
    };
    const zooms = ZOOMS.map((zoom, at) =>
      make(`schedule-zoom-${zoom}`, zoomNames[zoom], {
        shortcut: String(at + 1),
        run: () => host.onZoom(zoom),
      }),
    );
    const changing = [
      make("schedule-undo", t`Undo`, { icon: "undo", shortcut: "Mod+Z", run: editing.undo }),
      make("schedule-redo", t`Redo`, { icon: "history", shortcut: "Mod+Shift+Z", run: editing.redo }),
      make("schedule-frame", t`Select by drawing a frame`, {
        icon: "columns",
        shortcut: "M",
        run: host.onFrame,
      }),
    ];
    return [
      ...(editable ? changing : []),
      make("schedule-today", t`Go to today`, { icon: "calendar", shortcut: "T", run: host.onToday }),
      make("schedule-select-all", t`Select all assignments`, { run: host.onSelectAll }),
      make("schedule-subject", t`Change between people and projects`, {
        icon: "folder",
        shortcut: "V",
        run: host.onSubject,
      }),
      make("schedule-form", t`Change between timeline and table`, {
        icon: "schedule",
        shortcut: "L",
        run: host.onForm,
      }),
      ...zooms,
    ];
  }, [t, host, editing.undo, editing.redo, editable, make]);
}

export function useScheduleActions(host: ActionHost): ScheduleActions {
  const make = useMake();
  const onSelection = useOnSelection(host, make);
  const onPlace = useOnPlace(host, make);
  const onPage = useOnPage(host, make);
  useActions(useMemo(() => [...onPlace, ...onPage, ...onSelection], [onPlace, onPage, onSelection]));
  return useMemo(() => ({ onSelection, onPlace }), [onSelection, onPlace]);
}

function copyBody(bar: Bar): { startsOn?: string } {
  return bar.to === OPEN_END ? {} : { startsOn: formatDay(bar.to + 1) };
}

/** Ties the page together: view, plan, rows, selection, editing, and what the grid reports. */
import { useLingui } from "@lingui/react/macro";
import { useCallback, useMemo, useRef, useState } from "react";
import { useCan, useWorkspace } from "@/shared/workspace/context";
import { useDirectory } from "./data/useDirectory";
import { usePlan } from "./data/usePlan";
import type { Draft } from "./edit/deeds";
import { type Change, patchOf } from "./edit/drag";
import { useClashPreview } from "./edit/useClashPreview";
import { useEditor } from "./edit/useEditor";
import { useScheduleActions } from "./edit/useScheduleActions";
import { useSelection } from "./edit/useSelection";
import type { GridHandle, GridHost } from "./grid/ScheduleGrid";
import type { SurfaceState } from "./grid/surface";
import { useWording } from "./grid/useWording";
import { type Bar, isSaved } from "./model";
import { stepFrom, type Zoom } from "./time/scale";
import { useRows } from "./view/useRows";
import { useScreen } from "./view/useScreen";
import { useTimeScale } from "./view/useTimeScale";
import { useView } from "./view/useView";

/** What stands open beside the grid. */
export type Panel =
  | { kind: "create"; draft: Partial<Draft> & Pick<Draft, "from" | "to"> }
  | { kind: "edit" | "split" | "repeat" | "candidates"; bar: Bar };

const NONE: ReadonlySet<string> = new Set();

export function useSchedulePage(workspaceId: string) {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const { settings } = workspace;
  const [view, change] = useView();
  const editable = useCan()("edit-assignments") && view.asOf === null;
  const directory = useDirectory(workspaceId);
  const plan = usePlan(workspaceId, view.asOf);
  const axis = useTimeScale(settings, view.zoom, view.at);
  const [collapsed, setCollapsed] = useState(NONE);
  const [lifted, setLifted] = useState(NONE);
  const [panel, setPanel] = useState<Panel | null>(null);
  const [announcement, setAnnouncement] = useState("");
  const grid = useRef<GridHandle>(null);
  const { rows, projects } = useRows(workspaceId, plan.state, directory, view, collapsed);
  const selection = useSelection(rows);
  const { screen, onView, goTo } = useScreen(grid, plan, view, axis, rows, change);
  const editing = useEditor(workspaceId, plan.store);
  const people = plan.state.schedule?.people;
  const { loads } = plan;
  const byPerson = view.subject === "people";
  const names = useMemo(() => ({ ...directory, projects }), [directory, projects]);
  const wording = useWording({
    directory: names,
    subject: view.subject,
    people: people ?? EMPTY_PEOPLE,
    loads,
    withTentative: view.tentative,
  });
  const preview = useClashPreview(workspaceId, loads, byPerson);

  const state = useMemo<SurfaceState>(
    () => ({
      rows,
      scale: axis.scale,
      header: axis.header,
      today: axis.today,
      firstDayOfWeek: axis.firstDayOfWeek,
      label: byPerson ? t`Schedule of people` : t`Schedule of projects`,
      corner: byPerson ? t`People` : t`Projects`,
      loads,
      strip: { busyFrom: settings.busyFromBasisPoints, withTentative: view.tentative },
      wording,
      selected: selection.ids,
      lifted,
      project: (id) => projects.get(id),
      editable,
    }),
    [
      rows,
      axis,
      byPerson,
      t,
      loads,
      settings,
      view.tentative,
      wording,
      selection.ids,
      lifted,
      projects,
      editable,
    ],
  );

  const drop = useCallback(
    (changes: readonly Change[]) => {
      preview.stop();
      const deeds = changes.map((one) => ({
        kind: "patch" as const,
        id: one.bar.id,
        patch: patchOf(one, byPerson ? "personId" : "projectId"),
      }));
      const [first] = changes;
      const where = first ? wording.range(first.from, first.to) : "";
      void editing.editor
        .run(t`Moved to ${where}`, deeds)
        .then((saved) => saved && setAnnouncement(t`Saved: ${where}`));
    },
    [preview, editing.editor, byPerson, wording, t],
  );

  const host: GridHost = {
    canEdit: () => editable,
    takenWith: (bar) =>
      selection.ids.has(bar.id)
        ? [bar, ...selection.bars.filter((one) => one.id !== bar.id && isSaved(one))]
        : [bar],
    onMoved: (changes) => {
      const [first] = changes;
      if (!first || changes.length > 1) return null;
      const verdict = preview.estimate(first);
      preview.check(first, (answer) => {
        grid.current?.judge(answer);
        if (answer.clashes) setAnnouncement(answer.text);
      });
      const where = wording.range(first.from, first.to);
      const who = first.trackId
        ? (people?.get(first.trackId)?.name ?? projects.get(first.trackId)?.name ?? "")
        : "";
      setAnnouncement([where, who, verdict?.clashes ? verdict.text : ""].filter(Boolean).join(", "));
      return verdict;
    },
    onDropped: drop,
    onDrawn: (row, range) => {
      const draft = row.person
        ? { personId: row.person.id, roleId: row.person.roleId }
        : { projectId: row.id };
      setPanel({ kind: "create", draft: { ...range, ...draft } });
    },
    onLifted: (ids) => setLifted(ids.size === 0 ? NONE : ids),
    onBarClicked: selection.click,
    onBarOpened: (bar) => setPanel({ kind: "edit", bar }),
    onEmptyClicked: selection.clear,
    onFolded: (key) =>
      setCollapsed((now) => {
        const next = new Set(now);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    announce: (what, bar) => {
      if (what === "taken" && bar)
        setAnnouncement(t`Picked up. Arrow keys move it, Enter drops it, Escape puts it back.`);
      if (what === "put-back") setAnnouncement(t`Put back.`);
    },
    onView,
  };

  const actionHost = useMemo(
    () => ({
      editing,
      editable,
      selected: selection.bars,
      targets: () => {
        const focused = grid.current?.focusedBar();
        return selection.bars.length > 0 ? selection.bars : focused ? [focused] : [];
      },
      onCreate: () => setPanel({ kind: "create", draft: { from: axis.today, to: axis.today + 4 } }),
      onOpen: (bar: Bar) => setPanel({ kind: "edit", bar }),
      onSplit: (bar: Bar) => setPanel({ kind: "split", bar }),
      onRepeat: (bar: Bar) => setPanel({ kind: "repeat", bar }),
      onCandidates: (bar: Bar) => setPanel({ kind: "candidates", bar }),
      onToday: () => goTo(axis.today - Math.floor(120 / axis.scale.pxPerDay)),
      onZoom: (zoom: Zoom) => change({ zoom }),
      onSelectAll: selection.all,
    }),
    [editing, editable, selection, axis, goTo, change],
  );
  const { onSelection } = useScheduleActions(actionHost);
  const onStep = (direction: -1 | 1) =>
    goTo(stepFrom(view.zoom, screen.from, direction, axis.firstDayOfWeek));

  return {
    view,
    change,
    directory: names,
    plan,
    axis,
    rows,
    projects,
    selection,
    screen,
    goTo,
    onStep,
    editing,
    wording,
    state,
    host,
    grid,
    panel,
    setPanel,
    announcement,
    editable,
    people: people ?? EMPTY_PEOPLE,
    onSelection,
    onToday: actionHost.onToday,
    onCreate: actionHost.onCreate,
  };
}

export type ScheduleModel = ReturnType<typeof useSchedulePage>;

const EMPTY_PEOPLE = new Map();

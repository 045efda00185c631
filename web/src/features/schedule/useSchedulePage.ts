/** Ties the page together: view, plan, rows, selection, editing, and what the grid reports. */
import { useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { useCan, useCanOn, useWorkspace } from "@/shared/workspace/context";
import { type Directory, useDirectory } from "./data/useDirectory";
import { usePlan } from "./data/usePlan";
import type { AssignmentValues, Beginning } from "./edit/assignmentForm";
import { useKeptDraft } from "./edit/keptDraft";
import { useClashPreview } from "./edit/useClashPreview";
import { useEditor } from "./edit/useEditor";
import { type ActionHost, useScheduleActions } from "./edit/useScheduleActions";
import { useSelection } from "./edit/useSelection";
import type { GridHandle, MenuPlace } from "./grid/ScheduleGrid";
import type { SurfaceState } from "./grid/surface";
import { useWording } from "./grid/useWording";
import type { Bar, MayPlan } from "./model";
import { workingStretch } from "./time/days";
import { stepFrom } from "./time/scale";
import { draftOf, useGridHost } from "./useGridHost";
import { Announcer } from "./view/announcer";
import type { TrackRow } from "./view/rows";
import { useRows } from "./view/useRows";
import { useScreen } from "./view/useScreen";
import { useTimeScale } from "./view/useTimeScale";
import { useView } from "./view/useView";

/** What stands open beside or over the grid. */
export type Panel =
  | { kind: "create"; draft: Beginning; typed?: AssignmentValues }
  | { kind: "edit"; bar: Bar; typed?: AssignmentValues }
  | { kind: "split" | "repeat" | "candidates"; bar: Bar }
  | { kind: "give"; bars: readonly Bar[] };

const NONE: ReadonlySet<string> = new Set();
const EMPTY_PEOPLE = new Map();
/** A new assignment without any hint lasts as long as a working week. */
const NEW_DAYS = 5;

export function useSchedulePage(workspaceId: string) {
  const { workspace } = useWorkspace();
  const { settings } = workspace;
  const { defaultWeek } = settings;
  const [view, change] = useView();
  const editable = useCan()("edit-assignments") && view.asOf === null;
  const directory = useDirectory(workspaceId, view.asOf ?? undefined);
  const mayPlan = useMayPlan(directory, editable);
  const plan = usePlan(workspaceId, view.asOf);
  const axis = useTimeScale(settings, view.zoom, view.at);
  const [collapsed, fold] = useFolding();
  const [lifted, setLifted] = useState(NONE);
  const [panel, setPanel] = useState<Panel | null>(null);
  const [menu, setMenu] = useState<MenuPlace | null>(null);
  const [framing, setFraming] = useState(false);
  const [announcer] = useState(() => new Announcer());
  const announce = announcer.say;
  const grid = useRef<GridHandle>(null);
  const { rows, projects } = useRows(workspaceId, plan.state, directory, view, collapsed);
  const selection = useSelection(rows);
  const { screen, watch, hold, onView, goTo } = useScreen(grid, plan, view, axis, rows, change);
  const editing = useEditor(workspaceId, plan.store, announce);
  const people = plan.state.schedule?.people ?? EMPTY_PEOPLE;
  const { loads } = plan;
  const byPerson = view.subject === "people";
  const names = useMemo(() => ({ ...directory, projects }), [directory, projects]);
  const withTentative = view.tentative;
  const wording = useWording({ directory: names, subject: view.subject, people, loads, withTentative });
  const preview = useClashPreview(workspaceId, loads, byPerson);
  const hrefOf = useCallback(
    (row: TrackRow) => `/w/${workspaceId}/${row.person ? "people" : "projects"}/${row.id}`,
    [workspaceId],
  );
  const state = useSurfaceState({
    rows,
    axis,
    byPerson,
    loads,
    busyFrom: settings.busyFromBasisPoints,
    withTentative,
    wording,
    selected: selection.ids,
    lifted,
    projects,
    editable,
    framing,
    hrefOf,
  });
  const host = useGridHost({
    grid,
    editable,
    mayPlan,
    byPerson,
    framing,
    editing,
    selection,
    preview,
    wording,
    people,
    projects,
    hrefOf,
    setPanel,
    setLifted: (ids) => setLifted(ids.size === 0 ? NONE : ids),
    setMenu,
    announce,
    fold,
    onView,
  });
  useKeptDraft(workspaceId, editable && plan.state.schedule !== null, ({ barId, draft, values }) => {
    if (barId === null) {
      setPanel({ kind: "create", draft, typed: values });
      return;
    }
    // The draft is the bar as it was when the form was opened: saving over a newer one asks.
    setPanel({ kind: "edit", bar: draft as Bar, typed: values });
  });
  const navigate = useNavigate();
  const actionHost = useMemo(
    (): ActionHost => ({
      editing,
      editable,
      mayPlan,
      selected: selection.bars,
      targets: () => {
        const focused = grid.current?.focusedBar();
        const bars = selection.bars.length > 0 ? selection.bars : focused ? [focused] : [];
        return bars.filter((bar) => mayPlan(bar.projectId));
      },
      onCreate: () => {
        const place = grid.current?.place();
        const days = place
          ? { from: place.day, to: place.day + NEW_DAYS - 1 }
          : workingStretch(axis.today, NEW_DAYS, defaultWeek);
        setPanel({ kind: "create", draft: { ...days, ...(place && draftOf(place.row, mayPlan)) } });
      },
      onOpen: (bar) => setPanel({ kind: "edit", bar }),
      onSplit: (bar) => setPanel({ kind: "split", bar }),
      onRepeat: (bar) => setPanel({ kind: "repeat", bar }),
      onCandidates: (bar) => setPanel({ kind: "candidates", bar }),
      onGive: (bars) => setPanel({ kind: "give", bars }),
      onOpenRow: () => {
        const row = grid.current?.place()?.row;
        if (row) void navigate({ to: hrefOf(row) as string });
      },
      onSelectRow: () => {
        const row = grid.current?.place()?.row;
        if (row) selection.row(row.key);
      },
      onToday: () => goTo(axis.today - Math.floor(120 / axis.scale.pxPerDay)),
      onZoom: (zoom) => change({ zoom }),
      onSelectAll: selection.all,
      onFrame: () => setFraming((on) => !on),
      onForm: () => change({ form: view.form === "table" ? "grid" : "table" }),
      onSubject: () => change({ subject: byPerson ? "projects" : "people" }),
    }),
    [
      editing,
      editable,
      mayPlan,
      selection,
      axis,
      defaultWeek,
      goTo,
      change,
      navigate,
      hrefOf,
      view.form,
      byPerson,
    ],
  );
  const actions = useScheduleActions(actionHost);
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
    watch,
    hold,
    goTo,
    onStep,
    editing,
    wording,
    state,
    host,
    grid,
    panel,
    setPanel,
    menu,
    setMenu,
    framing,
    announcer,
    editable,
    mayPlan,
    people,
    actions,
    onFrame: actionHost.onFrame,
    onToday: actionHost.onToday,
    onCreate: actionHost.onCreate,
  };
}

export type ScheduleModel = ReturnType<typeof useSchedulePage>;

function useMayPlan({ projects }: Directory, editable: boolean): MayPlan {
  const can = useCanOn();
  return useCallback(
    (projectId) => editable && can("edit-assignments", projects.get(projectId)?.managerIds ?? []),
    [can, projects, editable],
  );
}

function useFolding(): [ReadonlySet<string>, (key: string) => void] {
  const [collapsed, setCollapsed] = useState(NONE);
  const fold = useCallback(
    (key: string) =>
      setCollapsed((now) => {
        const next = new Set(now);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  return [collapsed, fold];
}

interface SurfaceInput
  extends Pick<SurfaceState, "rows" | "loads" | "wording" | "selected" | "lifted" | "editable" | "framing"> {
  readonly axis: ReturnType<typeof useTimeScale>;
  readonly byPerson: boolean;
  readonly busyFrom: number;
  readonly withTentative: boolean;
  readonly projects: ReturnType<typeof useRows>["projects"];
  hrefOf(row: TrackRow): string;
}

function useSurfaceState(input: SurfaceInput): SurfaceState {
  const { t } = useLingui();
  const { rows, axis, byPerson, loads, busyFrom, withTentative, wording, selected, lifted } = input;
  const { projects, editable, framing, hrefOf } = input;
  return useMemo<SurfaceState>(
    () => ({
      rows,
      scale: axis.scale,
      header: axis.header,
      today: axis.today,
      firstDayOfWeek: axis.firstDayOfWeek,
      label: byPerson ? t`Schedule of people` : t`Schedule of projects`,
      corner: byPerson ? t`People` : t`Projects`,
      loads,
      strip: { busyFrom, withTentative },
      wording,
      selected,
      lifted,
      project: (id) => projects.get(id),
      href: hrefOf,
      editable,
      framing,
    }),
    [
      rows,
      axis,
      byPerson,
      t,
      loads,
      busyFrom,
      withTentative,
      wording,
      selected,
      lifted,
      projects,
      hrefOf,
      editable,
      framing,
    ],
  );
}

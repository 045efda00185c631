/** What the grid reports, turned into selection, drafts, deeds and announcements. */
import { useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useCallback } from "react";
import type { ClashChoice } from "./edit/delivery";
import { type Change, patchOf } from "./edit/drag";
import type { ClashPreview } from "./edit/useClashPreview";
import type { Editing } from "./edit/useEditor";
import type { Selecting } from "./edit/useSelection";
import type { Wording } from "./grid/frame";
import type { GridHandle, GridHost, MenuPlace } from "./grid/ScheduleGrid";
import { type Bar, isSaved, type MayPlan, type Person, type Project } from "./model";
import type { Panel } from "./useSchedulePage";
import type { TrackRow } from "./view/rows";

interface Known {
  readonly grid: RefObject<GridHandle | null>;
  readonly editable: boolean;
  readonly mayPlan: MayPlan;
  readonly byPerson: boolean;
  readonly framing: boolean;
  readonly editing: Editing;
  readonly selection: Selecting;
  readonly preview: ClashPreview;
  readonly wording: Wording;
  readonly people: ReadonlyMap<string, Person>;
  readonly projects: ReadonlyMap<string, Project>;
  hrefOf(row: TrackRow): string;
  setPanel(panel: Panel | null): void;
  setLifted(ids: ReadonlySet<string>): void;
  setMenu(place: MenuPlace | null): void;
  announce(text: string): void;
  fold(key: string): void;
  onView(): void;
}

export function useGridHost(known: Known): GridHost {
  const { t } = useLingui();
  const navigate = useNavigate();
  const drop = useDrop(known);
  const { grid, editable, mayPlan, selection, preview, wording, people, projects, announce, setPanel } =
    known;
  return {
    canEdit: () => editable,
    canChange: (bar) => mayPlan(bar.projectId),
    takenWith: (bar) => {
      const taken = (one: Bar) => one.id !== bar.id && isSaved(one) && mayPlan(one.projectId);
      return selection.ids.has(bar.id) ? [bar, ...selection.bars.filter(taken)] : [bar];
    },
    onMoved: (changes) => {
      if (!mayLand(known, changes)) {
        preview.stop();
        announce(t`This project is not yours to plan`);
        return { clashes: false, text: t`This project is not yours to plan` };
      }
      const verdict = preview.estimate(changes);
      preview.check(changes, (answer) => {
        grid.current?.judge(answer);
        if (answer.clashes) announce(answer.text);
      });
      const [first] = changes;
      if (!first) return verdict;
      const where = wording.range(first.from, first.to);
      const who = first.trackId
        ? (people.get(first.trackId)?.name ?? projects.get(first.trackId)?.name ?? "")
        : "";
      const clash = verdict?.clashes ? `${verdict.text}. ${wording.choice(null)}` : "";
      announce([where, who, clash].filter(Boolean).join(", "));
      return verdict;
    },
    onDropped: drop,
    onDrawing: ({ from, to }) => announce(wording.range(from, to)),
    onDrawn: (row, range) => setPanel({ kind: "create", draft: { ...range, ...draftOf(row, mayPlan) } }),
    onLifted: known.setLifted,
    onBarClicked: selection.click,
    onBarOpened: (bar) => setPanel({ kind: "edit", bar }),
    onEmptyClicked: selection.clear,
    onFolded: known.fold,
    onRowOpened: (row) => void navigate({ to: known.hrefOf(row) as string }),
    onAsked: (row) => {
      const bar = selection.bars.find((one) => row.bars.includes(one)) ?? nextOpen(row, grid.current);
      if (bar) setPanel({ kind: "candidates", bar });
    },
    framing: () => known.framing,
    selectedIds: () => selection.ids,
    onFramed: selection.frame,
    onMenu: (place) => {
      if (place.bar && !selection.ids.has(place.bar.id)) {
        selection.click(place.bar, { shift: false, toggle: false });
      }
      known.setMenu(place);
    },
    announce: (what, choice) => {
      if (what === "taken") announce(t`Picked up. Arrow keys move it, Enter drops it, Escape puts it back.`);
      if (what === "put-back") announce(t`Put back.`);
      if (what === "chosen") announce(wording.choice(choice));
    },
    onView: known.onView,
  };
}

/** Rows of projects take bookings only from those who plan them. */
function mayLand(
  { byPerson, mayPlan }: Pick<Known, "byPerson" | "mayPlan">,
  changes: readonly Change[],
): boolean {
  return byPerson || changes.every(({ trackId }) => trackId === null || mayPlan(trackId));
}

function useDrop({ preview, byPerson, mayPlan, wording, editing, announce }: Known): GridHost["onDropped"] {
  const { t } = useLingui();
  return useCallback(
    (changes: readonly Change[], choice: ClashChoice | null) => {
      preview.stop();
      if (!mayLand({ byPerson, mayPlan }, changes)) return;
      const deeds = changes.map((one) => ({
        kind: "patch" as const,
        id: one.bar.id,
        patch: patchOf(one, byPerson ? "personId" : "projectId"),
      }));
      const [first] = changes;
      const where = first ? wording.range(first.from, first.to) : "";
      void editing.editor
        .run(t`Moved to ${where}`, deeds, { onClash: choice })
        .then((saved) => saved && announce(t`Saved: ${where}`));
    },
    [preview, editing.editor, byPerson, mayPlan, wording, announce, t],
  );
}

/** What a new booking on a row begins with. */
export function draftOf(row: TrackRow, mayPlan: MayPlan) {
  if (row.person) return { personId: row.person.id, roleId: row.person.roleId };
  return mayPlan(row.id) ? { projectId: row.id } : {};
}

/** The open demand that is meant by "this row": the first that is on screen, else the first that comes. */
function nextOpen(row: TrackRow, grid: GridHandle | null): Bar | undefined {
  const from = grid?.daysOnScreen()?.from ?? 0;
  return row.bars.find((bar) => bar.to >= from) ?? row.bars.at(-1);
}

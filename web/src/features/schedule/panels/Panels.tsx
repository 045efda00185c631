/** Dialogs of the page: at most one form, and above it a question about a clash or a conflict. */
import { useLingui } from "@lingui/react/macro";
import { useCallback } from "react";
import { newId } from "@/api/newId";
import type { AssignmentValues } from "../edit/assignmentForm";
import { type Draft, reversePatch } from "../edit/deeds";
import { forgetDraft, keepDraft } from "../edit/keptDraft";
import type { Bar } from "../model";
import type { ScheduleModel } from "../useSchedulePage";
import { AssignmentDialog } from "./AssignmentDialog";
import { ClashDialog } from "./ClashDialog";
import { ConflictDialog } from "./ConflictDialog";
import { GiveDialog } from "./GiveDialog";
import { RepeatDialog, SplitDialog } from "./RepeatDialog";

export function Panels({ model, workspaceId }: { model: ScheduleModel; workspaceId: string }) {
  const { t } = useLingui();
  const { panel, setPanel, editing, directory, people, wording, projects } = model;
  const onTyped = useCallback(
    (values: AssignmentValues) => {
      if (panel?.kind === "create") keepDraft(workspaceId, { barId: null, draft: panel.draft, values });
      if (panel?.kind === "edit") keepDraft(workspaceId, { barId: panel.bar.id, draft: panel.bar, values });
    },
    [workspaceId, panel],
  );
  const close = () => {
    forgetDraft(workspaceId);
    setPanel(null);
    model.grid.current?.focus();
  };
  const { editor } = editing;
  const create = (draft: Draft) =>
    editor.submit(t`Booked`, { kind: "create", draft, temporaryId: `new-${newId()}` });
  const save = (bar: Bar) => (draft: Draft) => {
    const patch = changed(bar, draft);
    return Object.keys(patch).length === 0
      ? Promise.resolve(true)
      : editor.submit(t`Saved`, { kind: "patch", id: bar.id, patch, since: bar.version });
  };
  const give = (bars: readonly Bar[], personId: string) => {
    const moving = bars.filter((bar) => bar.personId !== personId);
    const deeds = moving.map((bar) => ({ kind: "patch" as const, id: bar.id, patch: { personId } }));
    void editor.run(t`Given to ${people.get(personId)?.name ?? ""}`, deeds);
  };
  return (
    <>
      {panel?.kind === "create" && (
        <AssignmentDialog
          draft={panel.draft}
          isNew
          typed={panel.typed}
          onTyped={onTyped}
          directory={directory}
          people={people}
          mayPlan={model.mayPlan}
          onClose={close}
          onSave={create}
        />
      )}
      {panel?.kind === "edit" && (
        <AssignmentDialog
          draft={panel.bar}
          isNew={false}
          typed={panel.typed}
          onTyped={onTyped}
          directory={directory}
          people={people}
          mayPlan={model.mayPlan}
          onClose={close}
          onSave={save(panel.bar)}
        />
      )}
      {panel?.kind === "split" && (
        <SplitDialog
          bar={panel.bar}
          onClose={close}
          onSplit={(on) => void editor.split(t`Split`, panel.bar.id, on)}
        />
      )}
      {panel?.kind === "repeat" && (
        <RepeatDialog
          onClose={close}
          onRepeat={(body) => void editor.multiply(t`Repeated`, panel.bar.id, "repeat", body)}
        />
      )}
      {panel?.kind === "give" && (
        <GiveDialog
          count={panel.bars.length}
          people={people}
          onClose={close}
          onGive={(personId) => give(panel.bars, personId)}
        />
      )}
      {editing.clash && <ClashDialog clash={editing.clash} nameOf={(id) => people.get(id)?.name ?? ""} />}
      {editing.conflict && (
        <ConflictDialog
          conflict={editing.conflict}
          wording={wording}
          nameOf={(kind, id) => (kind === "person" ? people.get(id)?.name : projects.get(id)?.name) ?? "–"}
        />
      )}
    </>
  );
}

/** Only the fields that differ: others may have changed the rest. */
function changed(bar: Bar, draft: Draft) {
  const before = reversePatch(bar, draft);
  const fields = Object.keys(draft).filter((field) => field !== "flexible") as (keyof typeof before)[];
  const differs = (field: keyof typeof before) =>
    JSON.stringify(before[field]) !== JSON.stringify(draft[field]) &&
    !(field === "to" && bar.flexible && draft.flexible);
  return Object.fromEntries(fields.filter(differs).map((field) => [field, draft[field]]));
}

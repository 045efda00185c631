/** Dialogs of the page: at most one form, and above it a question about a clash or a conflict. */
import { useLingui } from "@lingui/react/macro";
import type { Draft } from "../edit/deeds";
import { reversePatch } from "../edit/deeds";
import type { Bar } from "../model";
import type { ScheduleModel } from "../useSchedulePage";
import { AssignmentDialog } from "./AssignmentDialog";
import { ClashDialog } from "./ClashDialog";
import { ConflictDialog } from "./ConflictDialog";
import { RepeatDialog, SplitDialog } from "./RepeatDialog";

export function Panels({ model }: { model: ScheduleModel }) {
  const { t } = useLingui();
  const { panel, setPanel, editing, directory, people, wording, projects } = model;
  const close = () => {
    setPanel(null);
    model.grid.current?.focus();
  };
  const { editor } = editing;
  const create = (draft: Draft) =>
    editor.run(t`Booked`, [{ kind: "create", draft, temporaryId: `new-${crypto.randomUUID()}` }]);
  const save = (bar: Bar) => (draft: Draft) => {
    const patch = changed(bar, draft);
    return Object.keys(patch).length === 0
      ? Promise.resolve(true)
      : editor.run(t`Saved`, [{ kind: "patch", id: bar.id, patch }]);
  };
  return (
    <>
      {panel?.kind === "create" && (
        <AssignmentDialog
          draft={panel.draft}
          isNew
          directory={directory}
          people={people}
          onClose={close}
          onSave={create}
        />
      )}
      {panel?.kind === "edit" && (
        <AssignmentDialog
          draft={panel.bar}
          isNew={false}
          directory={directory}
          people={people}
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
      {editing.clash && <ClashDialog clash={editing.clash} />}
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

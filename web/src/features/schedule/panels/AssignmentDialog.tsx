/** Makes or changes one assignment. */
import { useLingui } from "@lingui/react/macro";
import { useEffect, useId, useMemo } from "react";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { Button } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Dialog } from "@/shared/ui/Dialog";
import { Checkbox, Select, TextArea, TextField } from "@/shared/ui/Field";
import { useWorkspaceId } from "@/shared/workspace/context";
import type { Directory } from "../data/useDirectory";
import { type AssignmentValues, type Beginning, endFault, toDraft, toValues } from "../edit/assignmentForm";
import type { Draft } from "../edit/deeds";
import { fromFields } from "../edit/effortForm";
import { useDraftCheck } from "../edit/useDraftCheck";
import type { MayPlan, Person } from "../model";
import { parseDay } from "../time/days";
import { EffortField } from "./EffortField";

interface Props {
  /** What the form begins with; a change has an id beside it. */
  draft: Beginning & { readonly id?: string };
  isNew: boolean;
  /** What was typed before a reload. */
  typed?: AssignmentValues | undefined;
  /** Told on every change, so that nothing typed is lost. */
  onTyped: (values: AssignmentValues) => void;
  directory: Directory;
  people: ReadonlyMap<string, Person>;
  mayPlan: MayPlan;
  onClose: () => void;
  onSave: (draft: Draft) => Promise<boolean>;
}

export function AssignmentDialog({
  draft,
  isNew,
  typed,
  onTyped,
  directory,
  people,
  mayPlan,
  onClose,
  onSave,
}: Props) {
  const { t } = useLingui();
  const formId = useId();
  const form = useForm<AssignmentValues>({
    initial: typed ?? toValues(draft),
    check: (values) => ({
      personId: values.personId ? undefined : t`Choose a person`,
      projectId: values.projectId ? undefined : t`Choose a project`,
      startsOn: Number.isNaN(parseDay(values.startsOn)) ? t`Choose a day` : undefined,
      endsOn: endFault(values) ? t`The end is before the start, or a total needs one` : undefined,
      amount: fromFields(values) ? undefined : t`This is no amount of work`,
    }),
    submit: async (values) => {
      const made = toDraft(values, draft);
      if (made && (await onSave(made))) onClose();
    },
  });
  const { values, set, error, changed } = form;
  useEffect(() => {
    if (changed) onTyped(values);
  }, [changed, values, onTyped]);
  const options = useMemo(
    () => choices(directory, people, mayPlan, draft.projectId),
    [directory, people, mayPlan, draft.projectId],
  );
  const readOnly = !isNew && !mayPlan(draft.projectId ?? "");
  const roles = [{ value: "", label: t`No role` }, ...options.roles];
  const isDated = !Number.isNaN(parseDay(values.startsOn)) && !endFault(values);
  const clash = useDraftCheck(
    useWorkspaceId(),
    isDated && !readOnly ? toDraft(values, draft) : null,
    draft.id,
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isNew ? t`New assignment` : t`Assignment`}
      footer={
        readOnly ? (
          <Button onClick={onClose}>{t`Close`}</Button>
        ) : (
          <>
            <Button onClick={onClose}>{t`Cancel`}</Button>
            <Button look="primary" type="submit" form={formId} busy={form.busy}>
              {isNew ? t`Book` : t`Save`}
            </Button>
          </>
        )
      }
    >
      <form id={formId} onSubmit={form.onSubmit} noValidate>
        <fieldset disabled={readOnly} className="grid grid-cols-2 gap-3 pb-2">
          <Combobox
            className="col-span-2"
            label={t`Project`}
            options={options.projects}
            value={values.projectId}
            onChange={(id) => set("projectId", id)}
            error={error("projectId")}
          />
          <Combobox
            label={t`Person`}
            options={options.people}
            value={values.personId}
            onChange={(id) => set("personId", id)}
            error={error("personId")}
          />
          <Select
            label={t`Role`}
            value={values.roleId}
            onChange={(id) => set("roleId", id)}
            options={roles}
          />
          <TextField label={t`From`} type="date" required {...form.text("startsOn")} />
          <TextField label={t`To`} type="date" hint={t`Empty = open end`} {...form.text("endsOn")} />
          <EffortField
            values={values}
            error={error("amount")}
            onChange={(part) => {
              for (const [field, value] of Object.entries(part)) set(field as "amount", value);
            }}
          />
          <Checkbox
            className="col-span-2"
            label={t`Tentative: not promised yet`}
            checked={values.tentative}
            onChange={(on) => set("tentative", on)}
          />
          <p
            role="status"
            className={`col-span-2 text-sm whitespace-pre-line ${clash?.clashes ? "text-danger-text" : "text-muted"}`}
          >
            {clash?.text}
          </p>
          <div className="col-span-2">
            <TextArea label={t`Note`} rows={2} {...form.text("note")} />
          </div>
          {typed && (
            <p role="status" className="col-span-2 text-sm text-muted">{t`What you had typed is back.`}</p>
          )}
          <div className="col-span-2">
            <Failure text={form.failure} />
          </div>
        </fieldset>
      </form>
    </Dialog>
  );
}

/** Finished projects can't be booked any more; the one that a booking has already stays. */
function choices(
  directory: Directory,
  people: ReadonlyMap<string, Person>,
  mayPlan: MayPlan,
  current: string | undefined,
) {
  const option = (id: string, label: string) => ({ value: id, label });
  const open = [...directory.projects.values()].filter(
    (one) =>
      one.id === current || (one.status !== "archived" && one.status !== "completed" && mayPlan(one.id)),
  );
  return {
    projects: open.map((one) => option(one.id, one.code ? `${one.name} · ${one.code}` : one.name)),
    people: [...people.values()].map((one) => option(one.id, one.name)),
    roles: [...directory.roles].map(([id, name]) => option(id, name)),
  };
}

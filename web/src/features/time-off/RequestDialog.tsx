// Asks for time off, for oneself or for somebody else.
import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { useChange, useList } from "@/api/queries";
import { session } from "@/api/session";
import { useOptions } from "@/shared/catalogue";
import { today } from "@/shared/days";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { parseHours } from "@/shared/i18n/parse";
import { optionsOf, useNames } from "@/shared/names";
import { Button } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Dialog } from "@/shared/ui/Dialog";
import { Select, TextField } from "@/shared/ui/Field";
import { toastDone } from "@/shared/ui/toast";
import { useCanOn, useWorkspaceId } from "@/shared/workspace/context";

export function RequestDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const id = useId();
  const workspaceId = useWorkspaceId();
  const names = useNames();
  const can = useCanOn();
  const people = useList(workspaceId, "people");
  const everybody = useOptions(workspaceId, "people");
  // A member asks for oneself only.
  const allowed = new Set(
    people.data?.filter((person) => can("request-time-off", [person.userId])).map((person) => person.id),
  );
  const options = everybody.filter((option) => allowed.has(option.value));
  const change = useChange(workspaceId, "time-off");
  const own =
    people.data?.find((person) => person.userId && person.userId === session.get().user?.id)?.id ?? null;
  const form = useForm({
    initial: { personId: own, kind: "vacation", startsOn: today(), endsOn: today(), hours: "", note: "" },
    check: ({ personId, startsOn, endsOn, hours }) => ({
      personId: personId ? undefined : t`Choose a person`,
      endsOn: endsOn >= startsOn ? undefined : t`The last day is before the first`,
      hours: hours.trim() === "" || parseHours(hours) ? undefined : t`Hours are numbers such as 8 or 7.5`,
    }),
    submit: async ({ hours, note, ...rest }) => {
      const minutesPerDay = parseHours(hours) ?? undefined;
      await change.mutateAsync({
        method: "POST",
        path: "/time-off",
        body: { ...rest, minutesPerDay, note: note.trim() || undefined },
      });
      toastDone(t`Time off was asked for`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Ask for time off`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" form={id} look="primary" busy={form.busy}>
            {t`Ask`}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={form.onSubmit} className="grid gap-4 pb-2 sm:grid-cols-2" noValidate>
        <div className="sm:col-span-2">
          <Failure text={form.failure} />
          {people.data && options.length === 0 && (
            <p className="text-muted">{t`No person on the schedule signs in as you. Ask who plans here to link you.`}</p>
          )}
        </div>
        <Combobox
          label={t`Person`}
          options={options}
          value={form.values.personId}
          error={form.error("personId")}
          onChange={(personId) => form.set("personId", personId)}
        />
        <Select {...form.text("kind")} label={t`Kind`} options={optionsOf(names.timeOffKind)} />
        <TextField {...form.text("startsOn")} label={t`First day`} type="date" />
        <TextField {...form.text("endsOn")} label={t`Last day`} type="date" min={form.values.startsOn} />
        <TextField
          {...form.text("hours")}
          label={t`Hours a day`}
          hint={t`Empty means whole days.`}
          inputMode="decimal"
        />
        <TextField {...form.text("note")} label={t`Note`} />
      </form>
    </Dialog>
  );
}

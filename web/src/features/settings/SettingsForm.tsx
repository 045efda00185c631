// Name, time zone, week, currency and rules of the workspace.
import { useLingui } from "@lingui/react/macro";
import type { Workspace } from "@/api/types";
import { weekdaysFrom } from "@/shared/days";
import { Conflict } from "@/shared/forms/Conflict";
import { Failure } from "@/shared/forms/Failure";
import type { FieldSpec, FieldValues } from "@/shared/forms/fields";
import { LeaveGuard } from "@/shared/forms/LeaveGuard";
import { useFormat } from "@/shared/i18n/format";
import { Button } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Select, TextField } from "@/shared/ui/Field";
import { settingsOf, useSettingsForm } from "./settingsForm";

const MONDAY = 1;
/** The zones that the browser knows; UTC and the present one may have other names there. */
export const zones = (present: string) =>
  [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", present])]
    .sort()
    .map((value) => ({ value, label: value.replaceAll("_", " ") }));

export function SettingsForm({ workspace }: { workspace: Workspace }) {
  const { t } = useLingui();
  const format = useFormat();
  const { form, theirs, saveMine, takeTheirs } = useSettingsForm(workspace);
  const policies = [
    { value: "refuse", label: t`Refuse it` },
    { value: "tentative", label: t`Save it as tentative` },
    { value: "allow", label: t`Allow it` },
  ];
  const fields: FieldSpec[] = [
    { name: "name", label: t`Name`, kind: "text" },
    { name: "timeZone", label: t`Time zone`, kind: "text" },
    { name: "firstDayOfWeek", label: t`First day of the week`, kind: "text" },
    { name: "currency", label: t`Currency`, kind: "text" },
    { name: "clashPolicy", label: t`When a booking overbooks somebody`, kind: "choice", options: policies },
    { name: "busyFrom", label: t`Busy from (% used)`, kind: "text" },
    { name: "holidayRegion", label: t`Holiday region`, kind: "text" },
    { name: "hours", label: t`Usual hours a day`, kind: "many" },
  ];
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
      <LeaveGuard when={form.changed} />
      <Failure text={form.failure ?? form.error("hours")} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField {...form.text("name")} label={t`Name`} />
        <Combobox
          label={t`Time zone`}
          options={zones(workspace.settings.timeZone)}
          value={form.values.timeZone}
          onChange={(zone) => zone && form.set("timeZone", zone)}
        />
        <Select
          {...form.text("firstDayOfWeek")}
          label={t`First day of the week`}
          options={weekdaysFrom(MONDAY).map((day) => ({ value: String(day), label: format.weekday(day) }))}
        />
        <TextField {...form.text("currency")} label={t`Currency`} maxLength={3} />
        <Select
          {...form.text("clashPolicy")}
          label={t`When a booking overbooks somebody`}
          options={policies}
        />
        <TextField {...form.text("busyFrom")} label={t`Busy from (% used)`} type="number" min={1} max={200} />
        <TextField {...form.text("holidayRegion")} label={t`Holiday region`} hint={t`Such as ES or US-CA.`} />
      </div>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{t`Usual hours a day`}</legend>
        <div className="grid max-w-lg grid-cols-7 gap-2">
          {weekdaysFrom(Number(form.values.firstDayOfWeek)).map((day) => (
            <TextField
              key={day}
              label={format.weekday(day)}
              inputMode="decimal"
              inputClassName="px-1 text-center"
              value={form.values.hours[day - 1] ?? "0"}
              onChange={(value) => form.set("hours", form.values.hours.with(day - 1, value))}
            />
          ))}
        </div>
      </fieldset>
      {theirs && (
        <Conflict
          fields={fields}
          mine={form.values as unknown as FieldValues}
          theirs={settingsOf(theirs) as unknown as FieldValues}
          onMine={saveMine}
          onTheirs={takeTheirs}
        />
      )}
      <Button type="submit" look="primary" busy={form.busy} disabled={!form.changed} className="self-start">
        {t`Save`}
      </Button>
    </form>
  );
}

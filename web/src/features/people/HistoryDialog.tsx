// Adds an entry to a person's history. The same date replaces; a date in the past is allowed.
import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { useChange } from "@/api/queries";
import type { Person } from "@/api/types";
import { useOptions } from "@/shared/catalogue";
import { today, weekdaysFrom } from "@/shared/days";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { parseHours } from "@/shared/i18n/parse";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Select, TextField } from "@/shared/ui/Field";
import { useWorkspace } from "@/shared/workspace/context";
import { inForce } from "./history";

export type HistoryKind = "job-titles" | "schedules" | "availability";

interface Values {
  title: string;
  percent: string;
  calendarId: string;
  hours: string[];
}

function body(kind: HistoryKind, values: Values) {
  if (kind === "job-titles") return { title: values.title.trim() };
  if (kind === "availability") return { basisPoints: Math.round(Number(values.percent) * 100) };
  if (values.calendarId) return { workingTime: { source: "calendar", calendarId: values.calendarId } };
  const week = values.hours.map((hours) => parseHours(hours) ?? 0);
  return { workingTime: { source: "weeks", weeks: [week] } };
}

export function HistoryDialog({
  kind,
  person,
  onClose,
}: {
  kind: HistoryKind;
  person: Person;
  onClose: () => void;
}) {
  const { t } = useLingui();
  const formId = useId();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const change = useChange(workspace.id, "people");
  const calendars = useOptions(workspace.id, "calendars");
  const time = inForce(person.schedules)?.workingTime;
  const week = (time?.source === "weeks" ? time.weeks[0] : undefined) ?? workspace.settings.defaultWeek;
  const titles: Record<HistoryKind, string> = {
    "job-titles": t`New job title`,
    schedules: t`New working time`,
    availability: t`New availability`,
  };
  const form = useForm({
    initial: {
      validFrom: today(),
      title: "",
      percent: "100",
      calendarId: time?.source === "calendar" ? time.calendarId : "",
      hours: week.map((minutes) => String(minutes / MINUTES_PER_HOUR)),
    },
    check: ({ title, validFrom, hours }) => ({
      validFrom: validFrom ? undefined : t`Choose a date`,
      title: kind !== "job-titles" || title.trim() ? undefined : t`Enter a title`,
      hours: hours.every((one) => parseHours(one) !== null)
        ? undefined
        : t`Hours are numbers such as 8 or 7.5`,
    }),
    submit: async (values) => {
      await change.mutateAsync({
        method: "PUT",
        path: `/people/${person.id}/${kind}/${values.validFrom}`,
        version: person.version,
        body: body(kind, values),
      });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={titles[kind]}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" form={formId} look="primary" busy={form.busy}>
            {t`Save`}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={form.onSubmit} className="flex flex-col gap-4 pb-2" noValidate>
        <Failure text={form.failure ?? form.error("hours")} />
        <TextField {...form.text("validFrom")} label={t`Counts from`} type="date" className="w-44" />
        {kind === "job-titles" && <TextField {...form.text("title")} label={t`Title`} />}
        {kind === "availability" && (
          <TextField
            {...form.text("percent")}
            label={t`Per cent of the working time`}
            type="number"
            min={0}
            max={200}
            className="w-44"
          />
        )}
        {kind === "schedules" && calendars.length > 0 && (
          <Select
            {...form.text("calendarId")}
            label={t`Calendar`}
            options={[{ value: "", label: t`Hours of their own` }, ...calendars]}
          />
        )}
        {kind === "schedules" && !form.values.calendarId && (
          <fieldset>
            <legend className="mb-1 text-sm font-medium">{t`Hours a day`}</legend>
            <div className="grid grid-cols-7 gap-2">
              {weekdaysFrom(workspace.settings.firstDayOfWeek).map((day) => (
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
        )}
      </form>
    </Dialog>
  );
}

// One calendar: its name, the hours of each weekday of its cycle, and days on which other hours hold.
import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { useChange } from "@/api/queries";
import type { Calendar, Id } from "@/api/types";
import { weekdaysFrom } from "@/shared/days";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { parseHours } from "@/shared/i18n/parse";
import { Button, IconButton } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { TextField } from "@/shared/ui/Field";
import { toastDone } from "@/shared/ui/toast";
import { useWorkspace } from "@/shared/workspace/context";
import { ExceptionFields } from "./ExceptionFields";

const WEEK_FIRST = ["8", "8", "8", "8", "8", "0", "0"];

const toText = (minutes: number) => String(Math.round((minutes / MINUTES_PER_HOUR) * 100) / 100);
const toMinutes = (hours: string) => parseHours(hours) ?? 0;

interface Props {
  /** None: a new one. */
  calendar: Calendar | null;
  workspaceId: Id;
  onClose: () => void;
}

export function CalendarDialog({ calendar, workspaceId, onClose }: Props) {
  const { t } = useLingui();
  const id = useId();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const change = useChange(workspaceId, "calendars");
  const form = useForm({
    initial: {
      name: calendar?.name ?? "",
      weeks: calendar?.weeks.map((week) => week.map(toText)) ?? [WEEK_FIRST],
      exceptions: calendar?.exceptions ?? [],
    },
    check: ({ name, weeks }) => ({
      name: name.trim() ? undefined : t`Give it a name`,
      weeks: weeks.flat().every((hours) => parseHours(hours) !== null)
        ? undefined
        : t`Hours are numbers such as 8 or 7.5`,
    }),
    submit: async ({ name, weeks, exceptions }) => {
      const body = { name: name.trim(), weeks: weeks.map((week) => week.map(toMinutes)), exceptions };
      await change.mutateAsync(
        calendar
          ? {
              method: "PATCH",
              path: `/calendars/${calendar.id}`,
              version: calendar.version,
              body,
              touches: ["people"],
            }
          : { method: "POST", path: "/calendars", body },
      );
      toastDone(t`Saved`);
      onClose();
    },
  });
  const { weeks } = form.values;
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={calendar ? calendar.name : t`New calendar`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" form={id} look="primary" busy={form.busy}>
            {t`Save`}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={form.onSubmit} className="flex flex-col gap-4 pb-2" noValidate>
        <Failure text={form.failure ?? form.error("weeks")} />
        <TextField {...form.text("name")} label={t`Name`} className="max-w-sm" />
        {weeks.map((week, at) => {
          const number = at + 1;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a week of a cycle is its number
            <fieldset key={at}>
              <legend className="mb-1 text-sm font-medium">
                {weeks.length > 1 ? t`Hours of week ${number}` : t`Hours a day`}
              </legend>
              <div className="flex items-end gap-2">
                <div className="grid flex-1 grid-cols-7 gap-2">
                  {weekdaysFrom(workspace.settings.firstDayOfWeek).map((day) => (
                    <TextField
                      key={day}
                      label={format.weekday(day)}
                      inputMode="decimal"
                      inputClassName="px-1 text-center"
                      value={week[day - 1] ?? "0"}
                      onChange={(value) => form.set("weeks", weeks.with(at, week.with(day - 1, value)))}
                    />
                  ))}
                </div>
                {weeks.length > 1 && (
                  <IconButton
                    icon="trash"
                    label={t`Delete week ${number}`}
                    onClick={() => form.set("weeks", weeks.toSpliced(at, 1))}
                  />
                )}
              </div>
            </fieldset>
          );
        })}
        <Button
          look="ghost"
          icon="plus"
          className="self-start"
          onClick={() => form.set("weeks", [...weeks, weeks.at(-1) ?? WEEK_FIRST])}
        >
          {t`Another week in the cycle`}
        </Button>
        <ExceptionFields value={form.values.exceptions} onChange={(next) => form.set("exceptions", next)} />
      </form>
    </Dialog>
  );
}

// The working weeks that people share: full time, a four-day week, a nine-day fortnight.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useList } from "@/api/queries";
import type { Calendar } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { Button, IconButton } from "@/shared/ui/Button";
import { Loaded } from "@/shared/ui/states";
import { useRemoval } from "@/shared/useRemoval";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { CalendarDialog } from "./CalendarDialog";

const sum = (week: readonly number[]) => week.reduce((total, day) => total + day, 0);

export function CalendarsSection() {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  const edit = useCan()("edit-people");
  const query = useList(workspaceId, "calendars");
  const removal = useRemoval(workspaceId, "calendars");
  const [open, setOpen] = useState<Calendar | "new" | null>(null);
  return (
    <Section
      title={t`Calendars`}
      hint={t`Working hours that several people share. A cycle may have more than one week.`}
      actions={
        edit && (
          <Button icon="plus" onClick={() => setOpen("new")}>
            {t`New calendar`}
          </Button>
        )
      }
    >
      <Loaded query={query} rows={3}>
        {(items) => (
          <Rows empty={t`No calendars yet`}>
            {items.map((calendar) => (
              <Row
                key={calendar.id}
                actions={
                  edit && (
                    <>
                      <IconButton
                        icon="edit"
                        label={t`Change ${calendar.name}`}
                        onClick={() => setOpen(calendar)}
                      />
                      <IconButton
                        icon="trash"
                        label={t`Delete ${calendar.name}`}
                        onClick={() => removal.ask(calendar)}
                      />
                    </>
                  )
                }
              >
                <span className="font-medium">{calendar.name}</span>
                <span className="text-muted">
                  {format.list(calendar.weeks.map((week) => format.hours(sum(week))))}
                </span>
                {calendar.exceptions.length > 0 && (
                  <span className="text-sm text-muted">
                    {t`${plural(calendar.exceptions.length, { one: "# exception", other: "# exceptions" })}`}
                  </span>
                )}
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
      {open && (
        <CalendarDialog
          calendar={open === "new" ? null : open}
          workspaceId={workspaceId}
          onClose={() => setOpen(null)}
        />
      )}
      {removal.dialog}
    </Section>
  );
}

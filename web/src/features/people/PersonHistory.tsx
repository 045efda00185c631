// The dated history of a person: titles, working time, availability. An entry counts until the next one begins.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useChange, useIndex } from "@/api/queries";
import type { Person, WorkingTime } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { today } from "@/shared/days";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Button, IconButton } from "@/shared/ui/Button";
import { toastFailed } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";
import { HistoryDialog, type HistoryKind } from "./HistoryDialog";
import { weeklyMinutes } from "./history";

interface Entry {
  validFrom: string;
  text: string;
}

export function PersonHistory({ person, readOnly }: { person: Person; readOnly: boolean }) {
  const { t } = useLingui();
  const format = useFormat();
  const calendars = useIndex(useWorkspaceId(), "calendars", useAsOf());
  const [adding, setAdding] = useState<HistoryKind | null>(null);
  const week = (time: WorkingTime) => {
    const minutes = weeklyMinutes(time, calendars);
    return minutes === null ? t`By a shared calendar` : t`${format.hours(minutes)} a week`;
  };
  const parts: { kind: HistoryKind; title: string; empty: string; entries: Entry[] }[] = [
    {
      kind: "job-titles",
      title: t`Job titles`,
      empty: t`No title yet`,
      entries: person.jobTitles.map((one) => ({ validFrom: one.validFrom, text: one.title })),
    },
    {
      kind: "schedules",
      title: t`Working time`,
      empty: t`Unknown: no overbooking can be shown`,
      entries: person.schedules.map((one) => ({ validFrom: one.validFrom, text: week(one.workingTime) })),
    },
    {
      kind: "availability",
      title: t`Availability`,
      empty: t`Always 100 %`,
      entries: person.availability.map((one) => ({
        validFrom: one.validFrom,
        text: format.percent(one.basisPoints),
      })),
    },
  ];
  return (
    <>
      {parts.map((part) => (
        <Section
          key={part.kind}
          title={part.title}
          actions={
            !readOnly && (
              <Button look="ghost" icon="plus" onClick={() => setAdding(part.kind)}>
                {t`Add`}
              </Button>
            )
          }
        >
          <HistoryRows {...part} person={person} readOnly={readOnly} />
        </Section>
      ))}
      {adding && <HistoryDialog key={adding} kind={adding} person={person} onClose={() => setAdding(null)} />}
    </>
  );
}

interface RowsProps {
  kind: HistoryKind;
  empty: string;
  entries: Entry[];
  person: Person;
  readOnly: boolean;
}

function HistoryRows({ kind, empty, entries, person, readOnly }: RowsProps) {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const change = useChange(useWorkspaceId(), "people");
  const newest = [...entries].sort((a, b) => b.validFrom.localeCompare(a.validFrom));
  const asOf = useAsOf();
  const day = asOf?.slice(0, 10) ?? today();
  const current = newest.find((entry) => entry.validFrom <= day)?.validFrom;
  const remove = (entry: Entry) =>
    change
      .mutateAsync({
        method: "DELETE",
        path: `/people/${person.id}/${kind}/${entry.validFrom}`,
        version: person.version,
      })
      .catch((error) => toastFailed(problem(error).title));
  return (
    <Rows empty={empty}>
      {newest.map((entry) => (
        <Row
          key={entry.validFrom}
          actions={
            !readOnly && (
              <IconButton icon="trash" label={t`Delete this entry`} onClick={() => void remove(entry)} />
            )
          }
        >
          <span className="w-28 text-muted tabular-nums">{format.day(entry.validFrom)}</span>
          <span className={entry.validFrom === current ? "font-medium" : ""}>{entry.text}</span>
          {entry.validFrom === current && !asOf && <span className="text-sm text-muted">{t`now`}</span>}
        </Row>
      ))}
    </Rows>
  );
}

/** Whom the page shows: team, role, skill, project, free time in a range, tentative work. */
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { parseHours } from "@/shared/i18n/parse";
import { Button } from "@/shared/ui/Button";
import { Checkbox, TextField } from "@/shared/ui/Field";
import { Popover } from "@/shared/ui/Popover";
import type { Directory } from "../data/useDirectory";
import { formatDay, parseDay } from "../time/days";
import type { ChangeView } from "../view/useView";
import { filterCount, type ViewState, withoutFilters } from "../view/viewState";
import { ChoiceList } from "./ChoiceList";

interface Props {
  view: ViewState;
  change: ChangeView;
  directory: Directory;
  screen: { from: number; to: number };
}

export function Filters({ view, change, directory, screen }: Props) {
  const { t } = useLingui();
  const count = filterCount(view);
  const lists = [
    { field: "teams", label: t`Team`, names: directory.teams },
    { field: "roles", label: t`Role`, names: directory.roles },
    { field: "skills", label: t`Skill`, names: directory.skills },
    {
      field: "projects",
      label: t`Project`,
      names: new Map([...directory.projects].map(([id, one]) => [id, one.name])),
    },
  ] as const;
  return (
    <>
      <Popover
        title={t`Filters`}
        align="end"
        className="sm:w-136"
        trigger={
          <Button icon="filter" aria-label={count > 0 ? t`Filters, ${count} on` : t`Filters`}>
            <span className="max-sm:sr-only">{t`Filters`}</span>
            {count > 0 && (
              <span className="rounded-full bg-selected px-1.5 text-xs text-accent-text">{count}</span>
            )}
          </Button>
        }
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {lists.map(({ field, label, names }) => (
            <ChoiceList
              key={field}
              label={label}
              names={names}
              chosen={view[field]}
              onChange={(ids) => change({ [field]: ids }, true)}
            />
          ))}
          <FreeTimeField view={view} change={change} screen={screen} />
          <Checkbox
            label={t`Show tentative work`}
            checked={view.tentative}
            onChange={(tentative) => change({ tentative }, true)}
          />
        </div>
      </Popover>
      {count > 0 && (
        <Button look="ghost" onClick={() => change(withoutFilters(view))}>
          {t`Clear filters`}
        </Button>
      )}
    </>
  );
}

/** People with at least so many hours free; the range is what is on screen unless another is chosen. */
function FreeTimeField({ view, change, screen }: Omit<Props, "directory">) {
  const { t } = useLingui();
  const [hours, setHours] = useState(view.free ? String(view.free.minutes / 60) : "");
  // Kept here too: somebody may choose the days before the hours.
  const [range, setRange] = useState<{ from: number; to: number }>(view.free ?? screen);
  const apply = (text: string, from: number, to: number) => {
    setRange({ from, to });
    const minutes = parseHours(text) ?? 0;
    const valid = minutes > 0 && from <= to;
    change({ free: valid ? { minutes, from, to } : null }, true);
  };
  const date = (text: string, otherwise: number) => {
    const day = parseDay(text);
    return Number.isNaN(day) ? otherwise : day;
  };
  return (
    <fieldset className="grid grid-cols-2 gap-2">
      <legend className="pb-1 text-sm font-medium">{t`Free time`}</legend>
      <TextField
        className="col-span-2"
        label={t`At least so many hours free`}
        inputMode="decimal"
        value={hours}
        onChange={(text) => {
          setHours(text);
          apply(text, range.from, range.to);
        }}
      />
      <TextField
        label={t`From`}
        type="date"
        value={formatDay(range.from)}
        onChange={(text) => apply(hours, date(text, range.from), range.to)}
      />
      <TextField
        label={t`To`}
        type="date"
        value={formatDay(range.to)}
        onChange={(text) => apply(hours, range.from, date(text, range.to))}
      />
    </fieldset>
  );
}

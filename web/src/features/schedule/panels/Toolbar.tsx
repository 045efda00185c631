/** The page's controls: what the rows are, how far one sees, where one is, whom one sees. */
import { useLingui } from "@lingui/react/macro";
import { Button, IconButton } from "@/shared/ui/Button";
import { Select, TextField } from "@/shared/ui/Field";
import { useTyped } from "@/shared/useTyped";
import type { Day } from "../model";
import { formatDay, parseDay } from "../time/days";
import { ZOOMS, type Zoom } from "../time/scale";
import type { ChangeView } from "../view/useView";
import { GROUPINGS, type Grouping, SUBJECTS, type Subject, type ViewState } from "../view/viewState";
import { Segmented } from "./Segmented";

interface Props {
  view: ViewState;
  change: ChangeView;
  firstDay: Day;
  onStep: (direction: -1 | 1) => void;
  onToday: () => void;
  onJump: (day: Day) => void;
}

export function Toolbar({ view, change, firstDay, onStep, onToday, onJump }: Props) {
  const { t } = useLingui();
  const [text, type] = useTyped(view.text, (text) => change({ text }, true));
  const subjects: Record<Subject, string> = { people: t`People`, projects: t`Projects` };
  const zooms: Record<Zoom, string> = { day: t`Day`, week: t`Week`, month: t`Month`, quarter: t`Quarter` };
  const groups: Record<Grouping, string> = {
    none: t`No groups`,
    team: t`By team`,
    role: t`By role`,
    project: t`By project`,
  };
  return (
    <>
      <Segmented
        label={t`Rows`}
        value={view.subject}
        options={SUBJECTS.map((value) => ({ value, label: subjects[value] }))}
        onChange={(subject) => change({ subject })}
      />
      <div className="flex items-center gap-1">
        <IconButton icon="back" label={t`Earlier`} onClick={() => onStep(-1)} />
        <Button className="px-2.5" onClick={onToday}>
          {t`Today`}
        </Button>
        <IconButton icon="back" className="[&>svg]:-scale-x-100" label={t`Later`} onClick={() => onStep(1)} />
        <TextField
          label={t`Jump to date`}
          hideLabel
          type="date"
          className="w-36"
          value={formatDay(firstDay)}
          onChange={(text) => {
            const day = parseDay(text);
            if (!Number.isNaN(day)) onJump(day);
          }}
        />
      </div>
      <Segmented
        className="max-sm:hidden"
        label={t`Zoom`}
        value={view.zoom}
        options={ZOOMS.map((value) => ({ value, label: zooms[value] }))}
        onChange={(zoom) => change({ zoom })}
      />
      {view.subject === "people" && (
        <Select
          label={t`Groups`}
          hideLabel
          className="w-36 max-sm:hidden"
          value={view.group}
          onChange={(group) => change({ group: group as Grouping })}
          options={GROUPINGS.map((value) => ({ value, label: groups[value] }))}
        />
      )}
      <TextField
        label={t`Search`}
        hideLabel
        type="search"
        className="w-44"
        placeholder={t`Search`}
        value={text}
        onChange={type}
      />
    </>
  );
}

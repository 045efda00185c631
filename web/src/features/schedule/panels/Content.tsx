/** The rows as grid, table or agenda, or the state that stands for them; beside them who could take a booking. */
import { useLingui } from "@lingui/react/macro";
import { Button } from "@/shared/ui/Button";
import { EmptyState, ErrorState, LoadingRows } from "@/shared/ui/states";
import { FirstSteps } from "@/shared/workspace/FirstSteps";
import { ScheduleGrid } from "../grid/ScheduleGrid";
import type { Bar } from "../model";
import type { ScheduleModel } from "../useSchedulePage";
import { useNarrow, usePrinting } from "../view/useMedia";
import { withoutFilters } from "../view/viewState";
import { Agenda } from "./Agenda";
import { CandidatesPanel } from "./CandidatesPanel";
import { Overview } from "./Overview";
import { PrintView } from "./PrintView";
import { TableView } from "./TableView";

export function Content({ model, workspaceId }: { model: ScheduleModel; workspaceId: string }) {
  const { t } = useLingui();
  const narrow = useNarrow();
  const printing = usePrinting();
  const { plan, rows, view, screen, wording, people, projects, change } = model;
  const { state } = plan;
  const onOpen = model.host.onBarOpened;
  if (!state.schedule) {
    return state.problem ? (
      <ErrorState error={state.problem} onRetry={() => void plan.store.load()} />
    ) : (
      <LoadingRows rows={14} />
    );
  }
  if (rows.length === 0 && state.schedule.tracks.length > 0) {
    return (
      <EmptyState
        icon="filter"
        title={t`No row matches the filters`}
        action={<Button onClick={() => change(withoutFilters(view))}>{t`Clear filters`}</Button>}
      >
        {t`Take one away, or look at another range.`}
      </EmptyState>
    );
  }
  if (rows.length === 0) {
    return (
      <EmptyState icon="people" title={t`Nobody to plan yet`} action={<FirstSteps />}>
        {t`Add people, or import the spreadsheet that you use today.`}
      </EmptyState>
    );
  }
  if (printing && view.form === "grid") return <PrintView model={model} />;
  if (view.form === "table") {
    return <TableView {...{ rows, wording, people, projects, onOpen }} range={screen} />;
  }
  if (narrow) {
    return (
      <Agenda
        {...{ rows, people, projects, onOpen }}
        from={Math.max(screen.from, view.at ?? model.axis.today)}
        today={model.axis.today}
        dayName={(day) => wording.range(day, day)}
      />
    );
  }
  return (
    <>
      <ScheduleGrid
        ref={model.grid}
        state={model.state}
        host={model.host}
        startAt={screen.from}
        onLoads={plan.loadStore.subscribe}
      />
      <Overview model={model} workspaceId={workspaceId} />
    </>
  );
}

export function Candidates({ model, workspaceId }: { model: ScheduleModel; workspaceId: string }) {
  const { t } = useLingui();
  const { panel, setPanel, wording, projects, directory, editing, people } = model;
  if (panel?.kind !== "candidates") return null;
  const { bar } = panel;
  const titleOf = (one: Bar) =>
    `${projects.get(one.projectId)?.name ?? ""} · ${wording.range(one.from, one.to)}`;
  const isOpen = people.get(bar.personId)?.kind === "placeholder";
  const track = model.plan.state.schedule?.tracks.find((one) => one.id === bar.personId);
  const others = isOpen ? (track?.bars ?? []) : [];
  const give = (personId: string) => {
    setPanel(null);
    void editing.editor.run(t`Given to ${people.get(personId)?.name ?? ""}`, [
      { kind: "patch", id: bar.id, patch: { personId } },
    ]);
  };
  return (
    <CandidatesPanel
      {...{ workspaceId, bar, directory }}
      title={titleOf(bar)}
      demands={others.map((one) => ({ value: one.id, label: titleOf(one) }))}
      onDemand={(id) => {
        const next = others.find((one) => one.id === id);
        if (next) setPanel({ kind: "candidates", bar: next });
      }}
      onClose={() => setPanel(null)}
      onGive={model.mayPlan(bar.projectId) ? give : undefined}
    />
  );
}

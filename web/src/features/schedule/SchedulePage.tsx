/** The schedule: who works on what and when, and the place to change it. */
import { useLingui } from "@lingui/react/macro";
import { Page } from "@/shared/layout/Page";
import { Button, IconButton } from "@/shared/ui/Button";
import { Icon } from "@/shared/ui/Icon";
import { Candidates, Content } from "./panels/Content";
import { Filters } from "./panels/Filters";
import { GridMenu } from "./panels/GridMenu";
import { Legend } from "./panels/Legend";
import { LiveRegion } from "./panels/LiveRegion";
import { Panels } from "./panels/Panels";
import { SelectionBar } from "./panels/SelectionBar";
import { Toolbar } from "./panels/Toolbar";
import { useSchedulePage } from "./useSchedulePage";

export function SchedulePage({ workspaceId }: { workspaceId: string }) {
  const { t } = useLingui();
  const model = useSchedulePage(workspaceId);
  const { view, change, editing, editable } = model;
  const isTable = view.form === "table";
  return (
    <Page
      title={t`Schedule`}
      fill
      actions={
        <>
          {editable && (
            <>
              <IconButton
                icon="undo"
                label={t`Undo`}
                disabled={editing.history.done.length === 0}
                onClick={editing.undo}
              />
              <IconButton
                icon="undo"
                className="[&>svg]:-scale-x-100"
                label={t`Redo`}
                disabled={editing.history.undone.length === 0}
                onClick={editing.redo}
              />
              <IconButton
                icon="marquee"
                label={t`Select by drawing a frame`}
                aria-pressed={model.framing}
                className="max-sm:hidden aria-pressed:bg-selected aria-pressed:text-accent-text"
                onClick={model.onFrame}
              />
            </>
          )}
          <IconButton
            icon={isTable ? "schedule" : "columns"}
            label={isTable ? t`Show as timeline` : t`Show as table`}
            onClick={() => change({ form: isTable ? "grid" : "table" })}
          />
          <Legend view={view} change={change} />
          {editable && (
            <Button look="primary" icon="plus" onClick={model.onCreate}>
              <span className="max-sm:sr-only">{t`New assignment`}</span>
            </Button>
          )}
        </>
      }
      toolbar={
        <>
          <Toolbar
            view={view}
            change={change}
            firstDay={model.screen.from}
            onStep={model.onStep}
            onToday={model.onToday}
            onJump={model.goTo}
          />
          <Filters view={view} change={change} directory={model.directory} screen={model.screen} />
        </>
      }
    >
      <div role="status" className="no-print">
        {editing.waiting && (
          <p className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-sm text-warn-text">
            <Icon name="refresh" size={14} />
            {t`Not saved yet: what you changed goes out as soon as the server answers.`}
          </p>
        )}
      </div>
      <div className="flex min-h-0 flex-1 print:block">
        <div className="relative flex min-w-0 flex-1 flex-col print:block">
          <Content model={model} workspaceId={workspaceId} />
          {model.selection.bars.length > 0 && editable && (
            <SelectionBar
              count={model.selection.bars.length}
              actions={model.actions.onSelection}
              onClear={model.selection.clear}
            />
          )}
        </div>
        {model.panel?.kind === "candidates" && <Candidates model={model} workspaceId={workspaceId} />}
      </div>
      <Panels model={model} workspaceId={workspaceId} />
      <GridMenu model={model} />
      <LiveRegion announcer={model.announcer} />
    </Page>
  );
}

/** The schedule: who works on what and when, and the place to change it. */
import { useLingui } from "@lingui/react/macro";
import { Page } from "@/shared/layout/Page";
import { Button, IconButton } from "@/shared/ui/Button";
import { AsOfBanner } from "./panels/AsOfBanner";
import { Candidates, Content } from "./panels/Content";
import { Filters } from "./panels/Filters";
import { Legend } from "./panels/Legend";
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
      {view.asOf && <AsOfBanner asOf={view.asOf} change={change} />}
      <div className="flex min-h-0 flex-1">
        <div className="relative flex min-w-0 flex-1 flex-col">
          <Content model={model} />
          {model.selection.bars.length > 0 && editable && (
            <SelectionBar
              count={model.selection.bars.length}
              actions={model.onSelection}
              onClear={model.selection.clear}
            />
          )}
        </div>
        {model.panel?.kind === "candidates" && <Candidates model={model} workspaceId={workspaceId} />}
      </div>
      <Panels model={model} />
      <p aria-live="polite" className="sr-only">
        {model.announcement}
      </p>
    </Page>
  );
}

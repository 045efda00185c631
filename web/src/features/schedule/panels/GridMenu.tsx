/** The menu at a bar or at empty time: the actions that palette, toolbar and keyboard run too. */
import { useLingui } from "@lingui/react/macro";
import { ContextMenu } from "@/shared/ui/ContextMenu";
import type { ScheduleModel } from "../useSchedulePage";

export function GridMenu({ model }: { model: ScheduleModel }) {
  const { t } = useLingui();
  const { menu, setMenu, actions, grid } = model;
  const groups = menu?.bar
    ? [
        { items: actions.onSelection },
        { items: actions.onPlace.filter((one) => one.id !== "assignment-new") },
      ]
    : [{ items: actions.onPlace }];
  return (
    <ContextMenu
      at={menu}
      label={menu?.bar ? t`Assignment` : t`Empty time`}
      groups={groups}
      onClose={() => setMenu(null)}
      byKeyboard={menu?.byKeyboard ?? false}
      finalFocus={() => grid.current?.focusElement() ?? null}
    />
  );
}

/** What can be done with the selected bars, at the bottom of the grid. The same actions stand in palette and keyboard. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import type { Action } from "@/shared/actions/action";
import { Button, IconButton } from "@/shared/ui/Button";
import { Menu } from "@/shared/ui/Menu";

interface Props {
  count: number;
  /** The first ones have buttons of their own, the rest stand in a menu. */
  actions: readonly Action[];
  onClear: () => void;
}

const BUTTONS_MAX = 4;

export function SelectionBar({ count, actions, onClear }: Props) {
  const { t } = useLingui();
  return (
    <div
      role="toolbar"
      aria-label={t`Selected assignments`}
      className="no-print absolute start-3 bottom-13 z-20 flex max-w-[calc(100%-1.5rem)] items-center gap-1 overflow-x-auto rounded-lg border border-line bg-raised p-1.5 shadow-lg"
    >
      <span className="px-2 text-sm font-medium whitespace-nowrap" role="status">
        {plural(count, { one: "# selected", other: "# selected" })}
      </span>
      {actions.length === 0 && (
        <span className="px-2 text-sm text-muted">{t`Not yours to change: ask who manages the project`}</span>
      )}
      {actions.slice(0, BUTTONS_MAX).map((action) => (
        <Button key={action.id} look="ghost" icon={action.icon} title={action.shortcut} onClick={action.run}>
          {action.label}
        </Button>
      ))}
      {actions.length > BUTTONS_MAX && (
        <Menu
          trigger={<IconButton icon="dots" label={t`More actions`} />}
          groups={[{ items: actions.slice(BUTTONS_MAX) }]}
        />
      )}
      <IconButton icon="close" label={t`Clear the selection`} onClick={onClear} />
    </div>
  );
}

// A menu of actions behind a button. The same actions stand in the palette and under their shortcuts.
import { Menu as Base } from "@base-ui/react/menu";
import { Fragment, type ReactElement, type ReactNode, type Ref } from "react";
import type { Action } from "../actions/action";
import { Shortcut } from "../actions/Shortcut";
import { cx, ITEM, POPUP } from "./classes";
import { Icon, type IconName } from "./Icon";

export interface MenuChoice {
  id: string;
  label: ReactNode;
  icon?: IconName;
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  shortcut?: string;
  run: () => void;
}

export interface MenuGroup {
  label?: string;
  items: readonly (MenuChoice | Action)[];
}

interface Props {
  trigger: ReactElement<Record<string, unknown>>;
  /** Groups are parted by a line. */
  groups: readonly MenuGroup[];
  align?: "start" | "center" | "end";
  header?: ReactNode;
}

function Item({ item }: { item: MenuChoice | Action }) {
  const checked = "checked" in item ? item.checked : undefined;
  return (
    <Base.Item
      className={cx(ITEM, "danger" in item && item.danger && "text-danger-text")}
      disabled={"disabled" in item ? item.disabled : undefined}
      onClick={() => item.run()}
    >
      {item.icon && <Icon name={item.icon} className="text-muted" />}
      <span className="flex-1 truncate">{item.label}</span>
      {checked && <Icon name="check" size={14} />}
      {item.shortcut && <Shortcut keys={item.shortcut} />}
    </Base.Item>
  );
}

interface PopupProps {
  label?: string;
  groups: readonly MenuGroup[];
  header?: ReactNode;
  finalFocus?: () => HTMLElement | null;
  ref?: Ref<HTMLDivElement>;
}

/** What stands in a menu, wherever it opens. */
export function MenuPopup({ label, groups, header, finalFocus, ref }: PopupProps) {
  const shown = groups.filter((group) => group.items.length > 0);
  return (
    <Base.Popup
      ref={ref}
      aria-label={label}
      finalFocus={finalFocus}
      className={cx(POPUP, "max-h-(--available-height) min-w-52 overflow-y-auto p-1")}
    >
      {header}
      {shown.map((group, index) => (
        <Fragment key={group.label ?? group.items[0]?.id}>
          {index > 0 && <Base.Separator className="mx-1 my-1 h-px bg-line" />}
          <Base.Group>
            {group.label && (
              <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-muted">{group.label}</Base.GroupLabel>
            )}
            {group.items.map((item) => (
              <Item key={item.id} item={item} />
            ))}
          </Base.Group>
        </Fragment>
      ))}
    </Base.Popup>
  );
}

export function Menu({ trigger, groups, align = "end", header }: Props) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} className="z-50">
          <MenuPopup groups={groups} header={header} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

// A menu at a place of the window instead of behind a button: for the other mouse button and the menu key.
import { Menu as Base } from "@base-ui/react/menu";
import { useEffect, useMemo, useRef } from "react";
import { type MenuGroup, MenuPopup } from "./Menu";

interface Props {
  /** Null = closed. Pixels in the window. */
  at: { readonly x: number; readonly y: number } | null;
  label: string;
  groups: readonly MenuGroup[];
  onClose: () => void;
  /** Opened by a key: its first item has the focus. */
  byKeyboard: boolean;
  /** Where the focus goes when it closes. */
  finalFocus: () => HTMLElement | null;
}

export function ContextMenu({ at, label, groups, onClose, byKeyboard, finalFocus }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  const anchor = useMemo(
    () => (at ? { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) } : null),
    [at],
  );
  useEffect(() => {
    if (!at || !byKeyboard) return;
    // After the menu has taken the focus itself.
    const frame = requestAnimationFrame(() =>
      requestAnimationFrame(() => popup.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus()),
    );
    return () => cancelAnimationFrame(frame);
  }, [at, byKeyboard]);
  return (
    <Base.Root open={at !== null} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} align="start" sideOffset={2} className="z-50">
          <MenuPopup ref={popup} label={label} groups={groups} finalFocus={finalFocus} />
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

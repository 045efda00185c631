// Puts a page's actions where palette and keyboard find them, and listens to the keyboard once for all.
import { useEffect, useSyncExternalStore } from "react";
import { useCan } from "../workspace/context";
import { type Action, actionRegistry } from "./action";
import { isTyping, Presses, pressName } from "./keys";

/** Offers these actions while the component stands. Give a memoised array. */
export function useActions(actions: readonly Action[]): void {
  const can = useCan();
  useEffect(
    () => actionRegistry.add(actions.filter((action) => !action.permission || can(action.permission))),
    [actions, can],
  );
}

export const useAllActions = () => useSyncExternalStore(actionRegistry.subscribe, actionRegistry.get);

/** These belong to the text while somebody types. */
const TEXT_CHORDS = new Set(["Mod+Z", "Mod+Shift+Z", "Mod+Y", "Mod+A"]);

/** Runs the action whose shortcut is pressed. Stands once, in the root of the app. */
export function useShortcuts(): void {
  useEffect(() => {
    const presses = new Presses();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const name = pressName(event);
      if (!name) return;
      const isChord = name.startsWith("Mod+") && !TEXT_CHORDS.has(name);
      if (!isChord && (isTyping(event.target) || document.querySelector("[role=dialog],[role=menu]"))) return;
      for (const candidate of presses.next(name, event.timeStamp)) {
        const action = actionRegistry.get().findLast((one) => one.shortcut === candidate);
        if (!action) continue;
        event.preventDefault();
        presses.clear();
        action.run();
        return;
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

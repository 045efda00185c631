// What a user can do, as values: menus, the command palette and the keyboard all run the same ones.
import type { IconName } from "../ui/Icon";
import type { Permission } from "../workspace/permissions";

export interface Action {
  id: string;
  /** In the user's language. */
  label: string;
  /** Groups the palette and the list of shortcuts; in the user's language. */
  section: string;
  icon?: IconName;
  /**
   * Keys as in `Mod+K`, or one after the other as in `G S`. `Mod` is Ctrl, or ⌘ on a Mac. Single letters don't
   * fire while somebody types.
   */
  shortcut?: string;
  /** Without it the action is not offered. */
  permission?: Permission;
  run: () => void;
}

let registered: readonly { owner: symbol; actions: readonly Action[] }[] = [];
let flat: readonly Action[] = [];
const listeners = new Set<() => void>();

function publish(next: typeof registered) {
  registered = next;
  flat = registered.flatMap((entry) => entry.actions);
  for (const listener of listeners) listener();
}

/** The actions that stand on the page now. Later ones win a shortcut over earlier ones. */
export const actionRegistry = {
  get: () => flat,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  add(actions: readonly Action[]): () => void {
    const owner = Symbol("actions");
    publish([...registered, { owner, actions }]);
    return () => publish(registered.filter((entry) => entry.owner !== owner));
  },
};

/** Finds actions by what is typed, such as opening a person. */
export type ActionSource = (text: string, signal: AbortSignal) => Promise<readonly Action[]>;

const sources = new Set<ActionSource>();

/** Where the palette asks besides the actions of the page. */
export const actionSources = {
  add(source: ActionSource): () => void {
    sources.add(source);
    return () => {
      sources.delete(source);
    };
  },
  /** What all sources find; one that fails finds nothing. */
  async find(text: string, signal: AbortSignal): Promise<Action[]> {
    const found = await Promise.all([...sources].map((source) => source(text, signal).catch(() => [])));
    return found.flat();
  },
};

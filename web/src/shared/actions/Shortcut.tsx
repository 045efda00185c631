// Shows the keys of a shortcut.
import { isMac } from "./keys";

const shown = (key: string) => (key === "Mod" ? (isMac() ? "⌘" : "Ctrl") : key);

export function Shortcut({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-1 text-xs text-muted">
      {keys
        .split(/[ +]/)
        .filter(Boolean)
        .map((key) => (
          <kbd
            key={key}
            className="inline-flex h-5 min-w-5 items-center justify-center rounded-sm border border-line px-1 font-sans"
          >
            {shown(key)}
          </kbd>
        ))}
    </span>
  );
}

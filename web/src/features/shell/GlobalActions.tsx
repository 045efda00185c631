// What works everywhere: palette, list of shortcuts, and the keyboard's ear.
import { useLingui } from "@lingui/react/macro";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { type Action, actionRegistry } from "@/shared/actions/action";
import { useShortcuts } from "@/shared/actions/useActions";

const CommandPalette = lazy(() => import("./CommandPalette").then((m) => ({ default: m.CommandPalette })));
const ShortcutsDialog = lazy(() => import("./ShortcutsDialog").then((m) => ({ default: m.ShortcutsDialog })));

export function GlobalActions() {
  const { t } = useLingui();
  const [open, setOpen] = useState<"palette" | "shortcuts" | null>(null);
  const [seen, setSeen] = useState({ palette: false, shortcuts: false });
  useShortcuts();
  const actions = useMemo<Action[]>(() => {
    const show = (which: "palette" | "shortcuts") => () => {
      setSeen((now) => ({ ...now, [which]: true }));
      setOpen(which);
    };
    return [
      {
        id: "palette",
        label: t`Open the command palette`,
        section: t`General`,
        icon: "search",
        shortcut: "Mod+K",
        run: show("palette"),
      },
      {
        id: "shortcuts",
        label: t`Show keyboard shortcuts`,
        section: t`General`,
        icon: "keyboard",
        shortcut: "?",
        run: show("shortcuts"),
      },
    ];
  }, [t]);
  useEffect(() => actionRegistry.add(actions), [actions]);
  const change = (next: boolean) => !next && setOpen(null);
  return (
    <Suspense fallback={null}>
      {seen.palette && <CommandPalette open={open === "palette"} onOpenChange={change} />}
      {seen.shortcuts && <ShortcutsDialog open={open === "shortcuts"} onOpenChange={change} />}
    </Suspense>
  );
}

// Every action of the page by name, by Ctrl+K. Filter by words in any order; arrows choose, Enter runs.
import { Dialog } from "@base-ui/react/dialog";
import { useLingui } from "@lingui/react/macro";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { type Action, actionSources } from "@/shared/actions/action";
import { Shortcut } from "@/shared/actions/Shortcut";
import { useAllActions } from "@/shared/actions/useActions";
import { cx } from "@/shared/ui/classes";
import { Icon } from "@/shared/ui/Icon";

const SHOWN_MAX = 60;
/** Fewer letters would find everybody. */
const LETTERS_MIN = 2;

const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Actions whose label holds every word. */
export function matchActions(actions: readonly Action[], text: string): Action[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return actions.filter((action) => {
    const label = fold(`${action.label} ${action.section}`);
    return words.every((word) => label.includes(word));
  });
}

function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const id = useId();
  const all = useAllActions();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const [objects, setObjects] = useState<readonly Action[]>([]);
  const found = useMemo(
    () =>
      [...matchActions(all, text).filter((action) => action.id !== "palette"), ...objects].slice(
        0,
        SHOWN_MAX,
      ),
    [all, text, objects],
  );
  const current = Math.min(chosen, found.length - 1);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted.length < LETTERS_MIN) {
      setObjects([]);
      return;
    }
    const abort = new AbortController();
    void actionSources.find(wanted, abort.signal).then((next) => {
      if (!abort.signal.aborted) setObjects(next);
    });
    return () => abort.abort();
  }, [text]);

  useEffect(() => {
    list.current?.querySelector(`[data-index="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    onClose();
    // After the dialog gave the focus back, so that the action may take it.
    setTimeout(() => action.run());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && found.length > 0) setChosen((current + step + found.length) % found.length);
    else if (event.key === "Enter") run(found[current]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <Dialog.Title className="sr-only">{t`Commands`}</Dialog.Title>
      <div className="flex items-center gap-2 border-b border-line px-4">
        <Icon name="search" className="text-muted" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[current] ? `${id}-${current}` : undefined}
          aria-label={t`Search for a command`}
          placeholder={t`What do you want to do?`}
          className="h-12 flex-1 bg-transparent text-lg outline-none"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t`Commands`}
        className="max-h-80 overflow-y-auto p-1"
      >
        {found.map((action, index) => (
          <div
            key={action.id}
            id={`${id}-${index}`}
            data-index={index}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={cx("flex h-9 items-center gap-2.5 rounded-md px-3", index === current && "bg-hover")}
            onPointerMove={() => setChosen(index)}
            onClick={() => run(action)}
            onKeyDown={onKeyDown}
          >
            <Icon name={action.icon ?? "chevron"} className="text-muted" />
            <span className="flex-1 truncate">{action.label}</span>
            {objects.includes(action) && <span className="text-sm text-muted">{action.section}</span>}
            {action.shortcut && <Shortcut keys={action.shortcut} />}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-4 pb-4 text-muted">{t`Nothing found`}</p>}
    </>
  );
}

export function CommandPalette({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="pop fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="pop fixed inset-x-3 top-[12dvh] z-50 mx-auto max-w-xl rounded-lg border border-line bg-raised shadow-lg outline-none">
          <Palette onClose={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

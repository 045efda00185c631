// The search above a table; `/` jumps into it.
import { useLingui } from "@lingui/react/macro";
import { useEffect, useRef } from "react";
import { actionRegistry } from "../actions/action";
import { CONTROL, cx } from "../ui/classes";
import { Icon } from "../ui/Icon";
import { useTyped } from "../useTyped";

export function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const [text, type] = useTyped(value, onChange);
  useEffect(
    () =>
      actionRegistry.add([
        {
          id: "search-table",
          label: t`Search in this table`,
          section: t`Page`,
          icon: "search",
          shortcut: "/",
          run: () => input.current?.focus(),
        },
      ]),
    [t],
  );
  return (
    <div className="relative w-56 max-md:w-40">
      <Icon name="search" size={14} className="pointer-events-none absolute start-2.5 top-2 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label={t`Search`}
        placeholder={t`Search`}
        className={cx(CONTROL, "ps-8")}
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && type("")}
      />
    </div>
  );
}

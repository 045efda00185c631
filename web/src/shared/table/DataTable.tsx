// A table of any length: only the rows in sight exist. Roles of a table on grid rows, so that screen readers count
// rows and columns rightly; arrows, Home and End move between rows, Enter opens.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, type ReactNode, useRef } from "react";
import { cx } from "../ui/classes";
import { Icon } from "../ui/Icon";
import type { Column, Sort } from "./columns";
import { EditableCell } from "./EditableCell";

const ROW_PX = 40;

interface Props<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  sort: Sort;
  onSort: (id: string) => void;
  /** Opens a row by Enter on it; its first cell should hold a link for the mouse. */
  onOpen?: (row: T) => void;
  /** Saves what was changed in a cell; without it nothing can be changed in place. */
  onEdit?: (row: T, column: Column<T>, value: string | null) => void;
  /** Which rows may be changed and chosen; without it all of them. */
  mayEdit?: ((row: T) => boolean) | undefined;
  /** The chosen rows' keys; without it none can be chosen. */
  selection?: Selection;
  /** Stands where the rows would. */
  empty: ReactNode;
}

export interface Selection {
  keys: ReadonlySet<string>;
  onChange: (keys: ReadonlySet<string>) => void;
}

export function DataTable<T>(props: Props<T>) {
  const { label, rows, columns, rowKey, sort, onSort, onOpen, onEdit, mayEdit, selection, empty } = props;
  const { t } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    initialRect: { width: 1200, height: 800 },
  });
  const all = columns.map((column) => column.track);
  const tracks = { gridTemplateColumns: (selection ? ["1.25rem", ...all] : all).join(" ") };

  const move = (event: KeyboardEvent<HTMLDivElement>, index: number) => {
    if (event.target !== event.currentTarget) return;
    const row = rows[index];
    if (event.key === "Enter" && row) onOpen?.(row);
    const steps: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || to < 0 || to >= rows.length) return;
    event.preventDefault();
    virtual.scrollToIndex(to);
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus(),
    );
  };

  if (rows.length === 0) return empty;
  return (
    <div ref={scroller} className="relative min-h-0 flex-1 overflow-auto" data-scroller>
      <div
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        className="min-w-full"
        style={{ "--rows": `${virtual.getTotalSize()}px` } as CSSProperties}
      >
        <div role="rowgroup" className="sticky top-0 z-10">
          <div
            role="row"
            className="grid h-9 items-center gap-3 border-b border-line bg-surface px-3 md:px-6"
            style={tracks}
          >
            {selection && (
              <ChooseAll rows={mayEdit ? rows.filter(mayEdit) : rows} rowKey={rowKey} selection={selection} />
            )}
            {columns.map((column) => (
              <Header key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative h-(--rows)">
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const fixed = mayEdit?.(row) === false;
            return (
              <div
                key={rowKey(row)}
                role="row"
                aria-rowindex={item.index + 2}
                data-index={item.index}
                tabIndex={item.index === 0 ? 0 : -1}
                className={cx(
                  "absolute inset-x-0 top-0 grid h-10 items-center gap-3 border-b border-line px-3 -outline-offset-2 hover:bg-hover md:px-6",
                  selection?.keys.has(rowKey(row)) && "bg-selected",
                )}
                style={{ ...tracks, transform: `translateY(${item.start}px)` }}
                onKeyDown={(event) => move(event, item.index)}
              >
                {selection && (
                  <div role="cell">
                    {!fixed && (
                      <ChooseRow id={rowKey(row)} name={nameOf(row, columns)} selection={selection} />
                    )}
                  </div>
                )}
                {columns.map((column) => (
                  <div
                    key={column.id}
                    role="cell"
                    className={cx(
                      "min-w-0 truncate",
                      column.align && "text-end tabular-nums",
                      column.wideOnly && "max-md:hidden",
                    )}
                  >
                    {onEdit && !fixed && column.edit && column.edit.inline !== false ? (
                      <EditableCell
                        row={row}
                        edit={column.edit}
                        label={t`${column.header} of ${nameOf(row, columns)}`}
                        onSave={(changed, value) => onEdit(changed, column, value)}
                      >
                        {column.cell(row)}
                      </EditableCell>
                    ) : (
                      column.cell(row)
                    )}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      <p className="sr-only" role="status">
        {t`${plural(rows.length, { one: "# row", other: "# rows" })}`}
      </p>
    </div>
  );
}

/** What a row is called: its first column. */
const nameOf = <T,>(row: T, columns: readonly Column<T>[]) => String(columns[0]?.value?.(row) ?? "");

function ChooseAll<T>({
  rows,
  rowKey,
  selection,
}: Pick<Props<T>, "rows" | "rowKey"> & { selection: Selection }) {
  const { t } = useLingui();
  const every = rows.length > 0 && rows.every((row) => selection.keys.has(rowKey(row)));
  return (
    <div role="columnheader">
      <input
        type="checkbox"
        aria-label={t`Choose all rows`}
        className="block size-4 accent-accent"
        checked={every}
        ref={(box) => {
          if (box) box.indeterminate = !every && selection.keys.size > 0;
        }}
        onChange={() => selection.onChange(new Set(every ? [] : rows.map(rowKey)))}
      />
    </div>
  );
}

function ChooseRow({ id, name, selection }: { id: string; name: string; selection: Selection }) {
  const { t } = useLingui();
  return (
    <input
      type="checkbox"
      aria-label={t`Choose ${name}`}
      className="block size-4 accent-accent"
      checked={selection.keys.has(id)}
      onChange={(event) => {
        const next = new Set(selection.keys);
        if (event.target.checked) next.add(id);
        else next.delete(id);
        selection.onChange(next);
      }}
    />
  );
}

interface HeaderProps<T> {
  column: Column<T>;
  sort: Sort;
  onSort: (id: string) => void;
}

function Header<T>({ column, sort, onSort }: HeaderProps<T>) {
  const active = sort.id === column.id;
  const className = cx(
    "min-w-0 truncate text-sm font-medium text-muted",
    column.align && "text-end",
    column.wideOnly && "max-md:hidden",
  );
  if (!column.value) {
    return (
      <div role="columnheader" className={className}>
        {column.header || <span className="sr-only">{column.id}</span>}
      </div>
    );
  }
  return (
    <div
      role="columnheader"
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : "none"}
      className={className}
    >
      <button
        type="button"
        className="inline-flex h-7 max-w-full items-center gap-1 rounded-sm hover:text-text"
        onClick={() => onSort(column.id)}
      >
        <span className="truncate">{column.header}</span>
        <Icon
          name="chevron"
          size={12}
          className={cx(!active && "opacity-0", active && !sort.descending && "rotate-180")}
        />
      </button>
    </div>
  );
}

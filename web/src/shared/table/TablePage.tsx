// A page that is one table: search, filters, column choice, export of exactly what is shown, adding in place.
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useMemo, useState } from "react";
import type { Stored } from "@/api/types";
import { formatLocale } from "../i18n";
import { Page } from "../layout/Page";
import type { TableSearch } from "../search";
import { Badge } from "../ui/Badge";
import { IconButton } from "../ui/Button";
import { Checkbox } from "../ui/Field";
import { Popover } from "../ui/Popover";
import { Loaded } from "../ui/states";
import { useSearchState } from "../useSearchState";
import { useWorkspaceId } from "../workspace/context";
import { type Column, filterRows, nextSort, parseSort, saveText, sortRows, toCsv } from "./columns";
import { DataTable } from "./DataTable";
import { SearchField } from "./SearchField";
import { SelectionBar } from "./SelectionBar";
import { useHiddenColumns } from "./useHiddenColumns";
import { useNarrow } from "./useNarrow";
import { useRowChanges } from "./useRowChanges";

interface Props<T> {
  id: string;
  title: string;
  query: { data: T[] | undefined; error: unknown; refetch: () => unknown };
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  onOpen?: (row: T) => void;
  filters?: ReactNode;
  actions?: ReactNode;
  /** Above the rows: adding in place. */
  add?: ReactNode;
  empty: ReactNode;
  /** Whether cells can be changed in place and rows chosen. `id` is the resource then. */
  editable?: boolean;
  /** Which rows, when not all of them. */
  mayEdit?: (row: T) => boolean;
}

const NONE: ReadonlySet<string> = new Set();

export function TablePage<T extends Stored>(props: Props<T>) {
  const { t } = useLingui();
  const { id, title, query, columns, rowKey, onOpen, filters, actions, add, empty, editable, mayEdit } =
    props;
  const changes = useRowChanges<T>(useWorkspaceId(), id);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(NONE);
  const [search, change] = useSearchState<TableSearch>();
  const [hidden, toggle] = useHiddenColumns(id);
  const narrow = useNarrow();
  const [text, setText] = useState(search.q ?? "");
  const sort = parseSort(search.sort, columns[0]?.id ?? "");
  const shown = useMemo(
    () => columns.filter((column) => !hidden.includes(column.id) && !(narrow && column.wideOnly)),
    [columns, hidden, narrow],
  );
  const rows = useMemo(
    () => sortRows(filterRows(query.data ?? [], columns, text), columns, sort, formatLocale()),
    [query.data, columns, text, sort.id, sort.descending, sort],
  );
  const picked = useMemo(() => rows.filter((row) => chosen.has(rowKey(row))), [rows, chosen, rowKey]);
  return (
    <Page
      fill
      title={title}
      beside={query.data && <Badge>{rows.length}</Badge>}
      actions={
        <>
          <Popover
            align="end"
            className="w-56"
            title={t`Columns`}
            trigger={<IconButton icon="columns" label={t`Columns`} />}
          >
            <div className="flex flex-col gap-1">
              {columns
                .filter((column) => !column.fixed)
                .map((column) => (
                  <Checkbox
                    key={column.id}
                    label={column.header}
                    checked={!hidden.includes(column.id)}
                    onChange={() => toggle(column.id)}
                  />
                ))}
            </div>
          </Popover>
          <IconButton
            icon="download"
            label={t`Export what is shown`}
            onClick={() => saveText(toCsv(rows, shown), `${id}.csv`)}
          />
          {actions}
        </>
      }
      toolbar={
        <>
          <SearchField
            value={text}
            onChange={(next) => {
              setText(next);
              change({ q: next || undefined });
            }}
          />
          {filters}
        </>
      }
    >
      {add}
      {picked.length > 0 && (
        <SelectionBar
          count={picked.length}
          columns={columns.filter((column) => column.edit)}
          busy={changes.busy}
          deleted={Boolean(search.deleted)}
          onSet={(column, value) => void changes.saveMany(picked, column, value)}
          onRemove={() => changes.removeMany(picked).then(() => setChosen(NONE))}
          onRestore={() => void changes.restoreMany(picked).then(() => setChosen(NONE))}
          onClear={() => setChosen(NONE)}
        />
      )}
      <Loaded query={query} rows={14}>
        {() => (
          <DataTable
            label={title}
            rows={rows}
            columns={shown}
            rowKey={rowKey}
            sort={sort}
            onSort={(column) => change({ sort: nextSort(sort, column) })}
            onOpen={onOpen}
            onEdit={
              editable && !search.deleted
                ? (row, column, value) => void changes.save(row, column, value)
                : undefined
            }
            mayEdit={mayEdit}
            selection={editable && !narrow ? { keys: chosen, onChange: setChosen } : undefined}
            empty={empty}
          />
        )}
      </Loaded>
    </Page>
  );
}

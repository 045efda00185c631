// A page that is one table: search, filters, column choice, export of exactly what is shown, adding in place.
import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useMemo, useState } from "react";
import { formatLocale } from "../i18n";
import { Page } from "../layout/Page";
import type { TableSearch } from "../search";
import { Badge } from "../ui/Badge";
import { IconButton } from "../ui/Button";
import { Checkbox } from "../ui/Field";
import { Popover } from "../ui/Popover";
import { Loaded } from "../ui/states";
import { useSearchState } from "../useSearchState";
import { type Column, filterRows, nextSort, parseSort, saveText, sortRows, toCsv } from "./columns";
import { DataTable } from "./DataTable";
import { SearchField } from "./SearchField";
import { useHiddenColumns } from "./useHiddenColumns";
import { useNarrow } from "./useNarrow";

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
}

export function TablePage<T>(props: Props<T>) {
  const { t } = useLingui();
  const { id, title, query, columns, rowKey, onOpen, filters, actions, add, empty } = props;
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
            empty={empty}
          />
        )}
      </Loaded>
    </Page>
  );
}

// The table of a report: names stay at the edge, numbers scroll. Long ones show their rest on request.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/classes";
import type { ReportRow, ReportTable } from "./table";

const ROWS_FIRST = 200;
const EDGE = "sticky start-0 bg-surface";

const side = (table: ReportTable, column: number) =>
  table.texts?.includes(column) ? "text-start" : "text-end";

function Line({ row, table, root }: { row: ReportRow; table: ReportTable; root: string }) {
  const [name, ...rest] = row.cells;
  return (
    <tr className="border-t border-line">
      <th scope="row" className={cx(EDGE, "max-w-64 truncate py-2 pe-4 text-start font-medium")}>
        {row.link ? (
          <Link to={(root + row.link) as string} className="hover:underline">
            {name}
          </Link>
        ) : (
          name
        )}
      </th>
      {rest.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
        <td key={index} className={cx(side(table, index + 1), "px-3 py-2 whitespace-nowrap tabular-nums")}>
          {cell}
        </td>
      ))}
    </tr>
  );
}

export function ReportTableView({ title, table, root }: { title: string; table: ReportTable; root: string }) {
  const { t } = useLingui();
  const [all, setAll] = useState(false);
  const shown = all ? table.rows : table.rows.slice(0, ROWS_FIRST);
  const count = table.rows.length;
  return (
    <>
      <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={title}>
        <table className="min-w-full">
          <caption className="sr-only">{title}</caption>
          <thead>
            <tr className="text-sm text-muted">
              {table.head.map((head, index) => (
                <th
                  // biome-ignore lint/suspicious/noArrayIndexKey: a head is its column
                  key={index}
                  scope="col"
                  className={
                    index === 0
                      ? cx(EDGE, "py-2 pe-4 text-start font-medium")
                      : cx(side(table, index), "px-3 py-2 font-medium whitespace-nowrap")
                  }
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Line key={row.id} row={row} table={table} root={root} />
            ))}
          </tbody>
          {table.total && (
            <tfoot className="border-t-2 border-line font-semibold">
              <Line row={{ id: "total", cells: table.total }} table={table} root={root} />
            </tfoot>
          )}
        </table>
      </div>
      {shown.length < count && (
        <Button className="mt-4" onClick={() => setAll(true)}>
          {t`Show all ${count} rows`}
        </Button>
      )}
    </>
  );
}

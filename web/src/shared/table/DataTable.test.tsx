import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { renderApp } from "@/test/render";
import type { Column } from "./columns";
import { DataTable } from "./DataTable";

const columns: Column<{ id: number }>[] = [
  { id: "id", header: "Number", track: "1fr", value: (row) => row.id, cell: (row) => `Row ${row.id}` },
];
const rows = Array.from({ length: 5_000 }, (_, id) => ({ id }));

async function show(onSort = vi.fn()) {
  await renderApp(
    <DataTable
      label="Things"
      rows={rows}
      columns={columns}
      rowKey={(row) => String(row.id)}
      sort={{ id: "id", descending: false }}
      onSort={onSort}
      empty={null}
    />,
  );
  return onSort;
}

test("a long table says how long it is and holds only what is in sight", async () => {
  await show();
  const table = screen.getByRole("table", { name: "Things" });
  expect(table.getAttribute("aria-rowcount")).toBe("5001");
  expect(within(table).getAllByRole("row").length).toBeLessThan(120);
});

test("a head names its order and asks for another", async () => {
  const onSort = await show();
  const head = screen.getByRole("columnheader", { name: "Number" });
  expect(head.getAttribute("aria-sort")).toBe("ascending");
  await userEvent.setup().click(within(head).getByRole("button"));
  expect(onSort).toHaveBeenCalledWith("id");
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Column, filterRows, nextSort, parseSort, sortRows, toCsv } from "./columns";

interface Row {
  name: string;
  hours: number | null;
}

const columns: Column<Row>[] = [
  { id: "name", header: "Name", track: "1fr", value: (row) => row.name, cell: (row) => row.name },
  { id: "hours", header: "Hours", track: "1fr", value: (row) => row.hours, cell: (row) => row.hours },
];

test("rows without a value come last in both directions", () => {
  const rows = [
    { name: "a", hours: null },
    { name: "b", hours: 2 },
    { name: "c", hours: 1 },
  ];
  const names = (sort: string) =>
    sortRows(rows, columns, parseSort(sort, "name"), "en").map((row) => row.name);
  expect(names("hours")).toEqual(["c", "b", "a"]);
  expect(names("-hours")).toEqual(["b", "c", "a"]);
});

test("sorting keeps every row", () => {
  const row = fc.record({ name: fc.string(), hours: fc.option(fc.integer()) });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const sorted = sortRows(rows, columns, { id: "hours", descending: true }, "en");
      expect(sorted).toHaveLength(rows.length);
      expect(new Set(sorted)).toEqual(new Set(rows));
    }),
  );
});

test("a second click turns the order round", () => {
  expect(nextSort(parseSort("name", "name"), "name")).toBe("-name");
  expect(nextSort(parseSort("-name", "name"), "name")).toBe("name");
});

test("a search finds words in any order and without accents", () => {
  const rows = [
    { name: "José García", hours: 1 },
    { name: "Ana", hours: 2 },
  ];
  expect(filterRows(rows, columns, "garcia jose")).toEqual([rows[0]]);
});

test("a text that a spreadsheet would run is made harmless", () => {
  const csv = toCsv([{ name: '=cmd|"/c"', hours: -3 }], columns);
  expect(csv).toBe(`\ufeffName,Hours\r\n"'=cmd|""/c""",-3\r\n`);
});

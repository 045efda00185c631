import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bar } from "../model";
import { type Cursor, type CursorSpace, moved, type Step, settled } from "./cursor";

const STEPS: Step[] = [
  "left",
  "right",
  "up",
  "down",
  "page-up",
  "page-down",
  "home",
  "end",
  "first-row",
  "last-row",
  "enter",
  "leave",
];

function bar(id: string, from: number, to: number): Bar {
  return {
    id,
    from,
    to,
    version: 1,
    personId: "p",
    projectId: "x",
    phaseId: null,
    roleId: null,
    tentative: false,
    effort: { form: "hours-per-day", minutesPerDay: 480 },
    note: null,
    pending: false,
    flexible: false,
  };
}

function space(rows: (readonly Bar[] | null)[]): CursorSpace {
  return {
    rows: rows.map((bars) => ({ bars })),
    firstDay: 0,
    lastDay: 99,
    columnDays: 1,
    pageRows: 3,
    screenFrom: 10,
    screenTo: 40,
  };
}

const grid = fc
  .array(fc.option(fc.array(fc.tuple(fc.nat(90), fc.nat(9)), { maxLength: 5 })), {
    minLength: 1,
    maxLength: 9,
  })
  .map((rows) =>
    space(
      rows.map(
        (bars, row) => bars?.map(([from, length], at) => bar(`${row}.${at}`, from, from + length)) ?? null,
      ),
    ),
  );

describe("keyboard cursor", () => {
  it("no_walk_leaves_the_grid_or_stands_on_a_bar_that_is_not_there", () => {
    fc.assert(
      fc.property(grid, fc.array(fc.constantFrom(...STEPS), { maxLength: 60 }), (where, walk) => {
        const end = walk.reduce<Cursor>((at, step) => moved(at, step, where), {
          row: 0,
          day: 20,
          barId: null,
        });
        expect(end).toEqual(settled(end, where));
        expect(end.row).toBeGreaterThanOrEqual(0);
        expect(end.row).toBeLessThan(where.rows.length);
        expect(end.day).toBeGreaterThanOrEqual(0);
        expect(end.day).toBeLessThanOrEqual(99);
      }),
    );
  });

  it("right_then_left_returns_to_the_cell", () => {
    fc.assert(
      fc.property(grid, fc.integer({ min: 0, max: 98 }), (where, day) => {
        const start = { row: 0, day, barId: null };
        expect(moved(moved(start, "right", where), "left", where)).toEqual(start);
      }),
    );
  });

  it("entering_and_leaving_a_bar_keeps_the_place", () => {
    const where = space([[bar("a", 5, 9), bar("b", 12, 14)]]);
    const on = moved({ row: 0, day: 7, barId: null }, "enter", where);
    expect(on.barId).toBe("a");
    expect(moved(on, "right", where)).toEqual({ row: 0, day: 12, barId: "b" });
    expect(moved(on, "leave", where)).toEqual({ row: 0, day: 7, barId: null });
  });

  it("going_down_from_a_bar_finds_the_nearest_of_the_next_row", () => {
    const where = space([[bar("a", 50, 55)], [bar("b", 1, 3), bar("c", 60, 70)], null]);
    const on = { row: 0, day: 50, barId: "a" };
    expect(moved(on, "down", where).barId).toBe("c");
    expect(moved(moved(on, "down", where), "down", where)).toEqual({ row: 2, day: 50, barId: null });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPEN_END } from "../model";
import {
  addMonths,
  countWeekdays,
  dayIn,
  dayOf,
  formatDay,
  isoWeek,
  parseDay,
  startOfMonth,
  startOfQuarter,
  startOfWeek,
  type Weekday,
  weekdayOf,
  workingStretch,
} from "./days";
import { headerWriter } from "./header";
import {
  columnCount,
  columnOf,
  dayAtX,
  scaleAround,
  spanOf,
  stepFrom,
  widthOf,
  xOfDay,
  ZOOMS,
} from "./scale";

const day = fc.integer({ min: -20_000, max: 80_000 });
const weekday = fc.constantFrom<Weekday[]>(1, 2, 3, 4, 5, 6, 7);
const zoom = fc.constantFrom(...ZOOMS);

describe("days", () => {
  it("formatting_and_parsing_are_inverse", () => {
    fc.assert(fc.property(day, (value) => void expect(parseDay(formatDay(value))).toBe(value)));
  });

  it("what_is_no_date_is_not_a_day", () => {
    for (const text of ["", "2026-02-30", "2026-13-01", "today", "2026-1-1", "20261121"]) {
      expect(parseDay(text)).toBeNaN();
    }
  });

  it("a_week_starts_on_its_first_day_and_holds_the_day", () => {
    fc.assert(
      fc.property(day, weekday, (value, first) => {
        const start = startOfWeek(value, first);
        expect(weekdayOf(start)).toBe(first);
        expect(value - start).toBeGreaterThanOrEqual(0);
        expect(value - start).toBeLessThan(7);
      }),
    );
  });

  it("iso_weeks_match_the_standards_own_examples", () => {
    // Source: ISO 8601 examples as listed in RFC 3339 appendices and the Wikipedia article on ISO week dates.
    const known: [string, number, number][] = [
      ["2005-01-01", 2004, 53],
      ["2007-01-01", 2007, 1],
      ["2008-12-29", 2009, 1],
      ["2010-01-03", 2009, 53],
      ["2026-01-01", 2026, 1],
      ["2026-12-31", 2026, 53],
    ];
    for (const [iso, year, week] of known) expect(isoWeek(parseDay(iso))).toEqual({ year, week });
  });

  it("weekdays_are_counted_as_one_by_one", () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -3, max: 60 }), (from, length) => {
        let count = 0;
        for (let at = from; at < from + length; at += 1) count += weekdayOf(at) <= 5 ? 1 : 0;
        expect(countWeekdays(from, from + length - 1)).toBe(count);
      }),
    );
  });

  it("months_and_quarters_begin_at_their_first_day", () => {
    fc.assert(
      fc.property(day, (value) => {
        const month = startOfMonth(value);
        expect(month).toBeLessThanOrEqual(value);
        expect(addMonths(month, 1)).toBeGreaterThan(value);
        expect(startOfQuarter(value)).toBeLessThanOrEqual(month);
        expect(addMonths(startOfQuarter(value), 3)).toBeGreaterThan(value);
      }),
    );
  });

  it("the_date_is_that_of_the_workspaces_time_zone", () => {
    const instant = new Date("2026-11-21T23:30:00Z");
    expect(formatDay(dayIn("America/Sao_Paulo", instant))).toBe("2026-11-21");
    expect(formatDay(dayIn("Asia/Tokyo", instant))).toBe("2026-11-22");
  });
});

describe("scale", () => {
  it("every_pixel_of_a_day_leads_back_to_it", () => {
    fc.assert(
      fc.property(
        zoom,
        day,
        weekday,
        fc.integer({ min: -400, max: 700 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (level, center, first, offset, share) => {
          const scale = scaleAround(level, center, first);
          const x = xOfDay(scale, center + offset);
          expect(dayAtX(scale, x + share * scale.pxPerDay)).toBe(center + offset);
        },
      ),
    );
  });

  it("a_span_stays_inside_the_domain", () => {
    fc.assert(
      fc.property(
        zoom,
        day,
        fc.integer({ min: -3000, max: 3000 }),
        fc.nat(4000),
        (level, center, start, length) => {
          const scale = scaleAround(level, center, 1);
          const { x, width } = spanOf(scale, center + start, center + start + length);
          expect(x).toBeGreaterThanOrEqual(0);
          if (width > 0) expect(x + width).toBeLessThanOrEqual(widthOf(scale));
        },
      ),
    );
    const scale = scaleAround("week", 20_000, 1);
    const open = spanOf(scale, 20_000, OPEN_END);
    expect(open.x + open.width).toBe(widthOf(scale));
  });

  it("columns_count_from_two_to_the_last", () => {
    for (const level of ZOOMS) {
      const scale = scaleAround(level, 20_000, 1);
      expect(columnOf(scale, scale.origin)).toBe(2);
      expect(columnOf(scale, scale.origin + scale.days - 1)).toBe(columnCount(scale));
    }
  });

  it("stepping_forth_and_back_returns_to_the_boundary", () => {
    fc.assert(
      fc.property(zoom, day, weekday, (level, value, first) => {
        const forth = stepFrom(level, value, 1, first);
        expect(forth).toBeGreaterThan(value);
        expect(stepFrom(level, stepFrom(level, forth, -1, first), 1, first)).toBe(forth);
      }),
    );
  });
});

describe("header", () => {
  it("cells_cover_the_window_without_gaps", () => {
    const writer = headerWriter("en", 1, { week: "W", quarter: "Q" });
    fc.assert(
      fc.property(zoom, day, fc.nat(200), (level, from, length) => {
        const { upper, lower } = writer.cells(level, from, from + length);
        for (const line of [upper, lower]) {
          expect(line[0]?.from).toBeLessThanOrEqual(from);
          expect(line.at(-1)?.until).toBeGreaterThan(from + length);
          line.slice(1).forEach((cell, at) => {
            expect(cell.from).toBe(line[at]?.until);
          });
        }
      }),
    );
  });

  it("cells_speak_the_readers_language", () => {
    const monday = dayOf(2026, 11, 16);
    const spanish = headerWriter("es", 1, { week: "S", quarter: "T" });
    expect(spanish.cells("week", monday, monday).upper[0]?.label).toBe("noviembre de 2026");
    expect(spanish.cells("month", monday, monday).lower[0]?.detail).toBe("S47");
    expect(spanish.cells("quarter", monday, monday).upper[0]?.label).toBe("T4 2026");
  });
});

describe("a stretch of working days", () => {
  const stretch = (on: string, week: number[]) => {
    const { from, to } = workingStretch(parseDay(on), 5, week);
    return [formatDay(from), formatDay(to)];
  };

  it("begins_and_ends_on_days_on_which_people_work", () => {
    const week = [480, 480, 480, 480, 480, 0, 0];
    expect(stretch("2026-11-28", week)).toEqual(["2026-11-30", "2026-12-04"]);
    expect(stretch("2026-12-30", week)).toEqual(["2026-12-30", "2027-01-05"]);
    expect(stretch("2026-03-27", [0, 480, 480, 480, 480, 0, 480])).toEqual(["2026-03-27", "2026-04-02"]);
  });

  it("counts_each_day_where_nobody_works", () => {
    expect(stretch("2026-11-28", [0, 0, 0, 0, 0, 0, 0])).toEqual(["2026-11-28", "2026-12-02"]);
  });
});

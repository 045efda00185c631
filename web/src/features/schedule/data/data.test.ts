import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Deed } from "../edit/deeds";
import { type Bar, OPEN_END, type Schedule } from "../model";
import { countWeekdays, formatDay, parseDay } from "../time/days";
import { withDeeds } from "./planStore";
import { flexibleEnd, mergedTracks, readBar, readLoad, readPlan, type WireRow, writePatch } from "./wire";

const effort = { form: "hours-per-day", minutesPerDay: 480 } as const;

function row(
  personId: string,
  name: string,
  assignments: Partial<WireRow["assignments"][number]>[] = [],
): WireRow {
  return {
    personId,
    name,
    placeholder: false,
    teamIds: [],
    buckets: [],
    timeOff: [],
    assignments: assignments.map((one, at) => ({
      id: `${personId}-${at}`,
      version: 1,
      projectId: "x",
      startsOn: "2026-11-23",
      effort,
      commitment: "confirmed",
      ...one,
    })),
  };
}

function plan(...people: WireRow[]): Schedule {
  const part = readPlan({ buckets: [], people, projects: [] });
  return { from: 0, to: 1, people: part.people, tracks: part.tracks };
}

const barIds = (schedule: Schedule) =>
  Object.fromEntries(schedule.tracks.map((track) => [track.id, track.bars.map((bar) => bar.id)]));

describe("reading the server's answers", () => {
  it("what_is_written_is_read_again", () => {
    fc.assert(
      fc.property(
        fc.nat(40_000),
        fc.nat(400),
        fc.boolean(),
        fc.boolean(),
        (from, length, open, tentative) => {
          const bar: Omit<Bar, "version" | "pending" | "flexible"> = {
            id: "a",
            personId: "p",
            projectId: "x",
            phaseId: null,
            roleId: null,
            from,
            to: open ? OPEN_END : from + length,
            tentative,
            effort,
            note: null,
          };
          const body = writePatch(bar) as unknown as Parameters<typeof readBar>[0];
          expect(readBar({ ...body, id: "a", version: 3 }, "p")).toMatchObject(bar);
        },
      ),
    );
  });

  it("work_at_a_pace_ends_on_the_weekday_that_uses_it_up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 30 }), (from, days) => {
        const minutes = days * 480 - 60;
        const pace = { unit: "hours-per-day", minutesPerDay: 480 } as const;
        const end = flexibleEnd(from, { form: "total-until-done", minutes, pace });
        expect(countWeekdays(from, end)).toBe(days);
        expect(countWeekdays(from, end - 1)).toBe(days - 1);
      }),
    );
  });

  it("an_unknown_capacity_is_not_zero", () => {
    const bucket = {
      contractedMinutes: 0,
      holidayMinutes: 0,
      timeOffMinutes: 0,
      confirmedMinutes: 5,
      tentativeMinutes: 0,
      overbooked: false,
    };
    expect(readLoad([bucket, { ...bucket, capacityMinutes: 0 }]).capacity).toEqual(Int32Array.of(-1, 0));
  });

  it("refreshed_rows_replace_theirs_and_leave_the_others_alone", () => {
    const before = plan(row("a", "Ada", [{}]), row("b", "Ben", [{}]), row("d", "Dora"));
    const part = readPlan({
      buckets: [],
      people: [row("b", "Ben", [{}, {}]), row("c", "Cleo")],
      projects: [],
    });
    const after = mergedTracks(before, part, new Set(["b", "c", "d"]));
    expect(barIds(after)).toEqual({ a: ["a-0"], b: ["b-0", "b-1"], c: [] });
    expect(after.tracks.map((track) => track.id)).toEqual(["a", "b", "c"]);
    expect(after.tracks[0]).toBe(before.tracks[0]);
  });
});

describe("deeds over the plan", () => {
  const base = plan(
    row("a", "Ada", [{}, { startsOn: "2026-12-07" }]),
    row("b", "Ben"),
    row("c", "Cleo", [{}]),
  );

  it("a_reassigned_bar_stands_in_its_new_row_only", () => {
    const deed: Deed = { kind: "patch", id: "a-0", patch: { personId: "b" } };
    const after = withDeeds(base, [deed]);
    expect(barIds(after)).toEqual({ a: ["a-1"], b: ["a-0"], c: ["c-0"] });
    expect(after.tracks[2]).toBe(base.tracks[2]);
  });

  it("deeds_build_on_each_other", () => {
    const later = parseDay("2026-12-20");
    const after = withDeeds(base, [
      { kind: "patch", id: "a-0", patch: { from: later } },
      { kind: "patch", id: "a-0", patch: { personId: "c" } },
      { kind: "remove", id: "a-1" },
    ]);
    expect(barIds(after)).toEqual({ a: [], b: [], c: ["c-0", "a-0"] });
    expect(formatDay(after.tracks[2]?.bars[1]?.from ?? 0)).toBe("2026-12-20");
  });

  it("without_deeds_nothing_is_copied", () => {
    expect(withDeeds(base, [])).toBe(base);
  });
});

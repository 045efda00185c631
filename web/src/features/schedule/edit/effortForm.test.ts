import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effort } from "../model";
import { fromFields, toFields } from "./effortForm";

const minutes = fc.integer({ min: 1, max: 24 }).map((quarters) => quarters * 15);
const effort: fc.Arbitrary<Effort> = fc.oneof(
  minutes.map((minutesPerDay): Effort => ({ form: "hours-per-day", minutesPerDay })),
  minutes.map((minutesPerWeek): Effort => ({ form: "hours-per-week", minutesPerWeek })),
  fc.integer({ min: 1, max: 100_000 }).map((basisPoints): Effort => ({ form: "percent", basisPoints })),
  minutes.map((all): Effort => ({ form: "total", minutes: all })),
  fc.tuple(minutes, minutes).map(
    ([all, minutesPerDay]): Effort => ({
      form: "total-until-done",
      minutes: all,
      pace: { unit: "hours-per-day", minutesPerDay },
    }),
  ),
  fc.tuple(minutes, fc.integer({ min: 100, max: 10_000 })).map(
    ([all, basisPoints]): Effort => ({
      form: "total-until-done",
      minutes: all,
      pace: { unit: "percent", basisPoints },
    }),
  ),
  fc.constant<Effort>({ form: "phased", spans: [{ from: "2026-01-01", to: "2026-01-09", minutes: 90 }] }),
);

describe("effort as fields", () => {
  it("an_effort_survives_the_form_unchanged", () => {
    fc.assert(fc.property(effort, (one) => void expect(fromFields(toFields(one))).toEqual(one)));
  });

  it("what_is_no_amount_is_refused", () => {
    for (const amount of ["", "x", "0", "-1", "25"]) {
      expect(fromFields({ form: "hours-per-day", amount, pace: "8", phased: null })).toBeNull();
    }
    expect(fromFields({ form: "hours-per-day", amount: "7,5", pace: "", phased: null })).toEqual({
      form: "hours-per-day",
      minutesPerDay: 450,
    });
  });
});

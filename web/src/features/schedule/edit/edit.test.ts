import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bar, OPEN_END } from "../model";
import { applied, type BarPatch, type Deed, inverseOf } from "./deeds";
import { beginDrag, changesOf, dragBy, dragTo, drawnRange, rangeAfter } from "./drag";
import { afterRedo, afterUndo, emptyHistory, nextRedo, nextUndo, recorded } from "./history";
import { clicked, keptOnly, NOTHING_SELECTED, only, rangeTo, toggled } from "./selection";

const bars = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.nat(30), fc.boolean()), {
    minLength: 1,
    maxLength: 12,
  })
  .map((all) => all.map(([from, length, open], at) => bar(`b${at}`, from, open ? OPEN_END : from + length)));
const days = fc.integer({ min: -90, max: 90 });

function bar(id: string, from: number, to: number): Bar {
  return {
    id,
    from,
    to,
    version: 1,
    personId: "p0",
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

describe("drag", () => {
  it("moving_keeps_the_length", () => {
    fc.assert(
      fc.property(bars, days, ([first], delta) => {
        const after = rangeAfter(first as Bar, "move", delta);
        expect(after.from).toBe((first as Bar).from + delta);
        if ((first as Bar).to === OPEN_END) expect(after.to).toBe(OPEN_END);
        else expect(after.to - after.from).toBe((first as Bar).to - (first as Bar).from);
      }),
    );
  });

  it("resizing_never_leaves_less_than_a_day", () => {
    fc.assert(
      fc.property(
        bars,
        days,
        fc.constantFrom("resize-start" as const, "resize-end" as const),
        ([first], delta, kind) => {
          const after = rangeAfter(first as Bar, kind, delta);
          expect(after.to).toBeGreaterThanOrEqual(after.from);
        },
      ),
    );
  });

  it("going_there_and_back_changes_nothing", () => {
    fc.assert(
      fc.property(bars, days, (all, delta) => {
        const drag = dragTo(dragTo(beginDrag("move", all, 50, 2), 50 + delta, 4), 50, 2);
        expect(changesOf(drag, () => "other")).toEqual([]);
      }),
    );
  });

  it("the_keyboard_and_the_pointer_agree", () => {
    fc.assert(
      fc.property(bars, days, fc.nat(9), (all, delta, track) => {
        const start = beginDrag("move", all, 50, 3);
        const byPointer = dragTo(start, 50 + delta, track);
        expect(dragBy(start, delta, track - 3, 10)).toEqual(byPointer);
      }),
    );
  });

  it("bars_of_one_row_change_it_together_and_bars_of_several_keep_theirs", () => {
    const one = dragTo(beginDrag("move", [bar("a", 1, 3)], 1, 0), 1, 2);
    expect(changesOf(one, () => "p2").map((change) => change.trackId)).toEqual(["p2"]);
    const together = dragTo(beginDrag("move", [bar("a", 1, 3), bar("b", 1, 3)], 1, 0, true), 2, 2);
    expect(changesOf(together, () => "p2").map((change) => change.trackId)).toEqual(["p2", "p2"]);
    const two = dragTo(beginDrag("move", [bar("a", 1, 3), bar("b", 1, 3)], 1, 0), 2, 2);
    expect(changesOf(two, () => "p2").map((change) => change.trackId)).toEqual([null, null]);
  });

  it("drawing_backwards_is_the_same_range", () => {
    expect(drawnRange({ kind: "draw", track: 0, anchor: 9, day: 4 })).toEqual({ from: 4, to: 9 });
  });
});

describe("selection", () => {
  const order = ["a", "b", "c", "d", "e"];

  it("a_second_ctrl_click_takes_it_back", () => {
    expect(toggled(toggled(only("a"), "b"), "b").ids).toEqual(new Set(["a"]));
  });

  it("shift_takes_everything_between_in_either_direction", () => {
    expect([...rangeTo(only("d"), "b", order).ids]).toEqual(["b", "c", "d"]);
    expect([...rangeTo(rangeTo(only("b"), "e", order), "c", order).ids]).toEqual(["b", "c"]);
    expect(clicked(NOTHING_SELECTED, "c", { shift: true, toggle: false }, order)).toEqual(only("c"));
  });

  it("bars_that_went_away_are_not_selected", () => {
    const kept = keptOnly(rangeTo(only("a"), "c", order), (id) => id !== "a");
    expect(kept).toEqual({ ids: new Set(["b", "c"]), anchor: null });
  });
});

const patch: fc.Arbitrary<BarPatch> = fc.record(
  {
    from: fc.integer({ min: 0, max: 50 }),
    to: fc.integer({ min: 51, max: 90 }),
    personId: fc.constantFrom("p0", "p1"),
    tentative: fc.boolean(),
    note: fc.constantFrom(null, "n"),
  },
  { requiredKeys: [] },
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constant("patch" as const), id: fc.constantFrom("b0", "b1", "b2"), patch }),
  fc.record({ kind: fc.constant("remove" as const), id: fc.constantFrom("b0", "b1", "b2") }),
  fc.nat(5).map((at): Deed => {
    const { id: _id, version: _version, pending: _pending, ...draft } = bar("", at, at + 2);
    return { kind: "create", draft, temporaryId: `t${at}` };
  }),
);
const bare = (map: ReadonlyMap<string, Bar>) =>
  new Map([...map].sort().map(([id, one]) => [id, { ...one, pending: false }]));

describe("deeds", () => {
  it("a_deed_and_its_inverse_leave_the_plan_as_it_was", () => {
    fc.assert(
      fc.property(bars, deed, (all, one) => {
        const before = new Map(all.map((each) => [each.id, each]));
        const target = one.kind === "patch" || one.kind === "remove" ? before.get(one.id) : undefined;
        fc.pre(one.kind === "create" || target !== undefined);
        const inverse = inverseOf(one, target);
        expect(bare(applied(applied(before, one), inverse as Deed))).toEqual(bare(before));
      }),
    );
  });

  it("undo_and_redo_walk_the_same_way_back_and_forth", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 30 }), fc.nat(40), (entries, steps) => {
        let history = entries.reduce((all, entry) => recorded(all, entry), emptyHistory<number>());
        const walked: number[] = [];
        for (let step = 0; step < steps && nextUndo(history) !== null; step += 1) {
          walked.push(nextUndo(history) as number);
          history = afterUndo(history, nextUndo(history) as number);
        }
        for (const entry of walked.reverse()) {
          expect(nextRedo(history)).toBe(entry);
          history = afterRedo(history, entry);
        }
        expect(history.done).toEqual(entries);
        expect(nextRedo(history)).toBeNull();
      }),
    );
  });

  it("a_new_deed_forgets_what_was_undone", () => {
    const undone = afterUndo(recorded(emptyHistory<number>(), 1), 1);
    expect(nextRedo(recorded(undone, 2))).toBeNull();
  });
});

import { expect, test } from "vitest";
import { grown, monthsWithin } from "./burn";

test("months in which nothing is booked yet or any more are left out at both ends", () => {
  const confirmed = grown([0, 0, 60, 0, 30, 0, 0]);
  const open = grown([0, 10, 0, 0, 0, 0, 0]);
  expect(monthsWithin([confirmed, grown([0, 0, 0, 0, 0, 0, 0]), open])).toEqual({ from: 1, to: 5 });
});

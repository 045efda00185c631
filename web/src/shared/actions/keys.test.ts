import { expect, test } from "vitest";
import { Presses, pressName } from "./keys";

const press = (key: string, more: KeyboardEventInit = {}) =>
  pressName(new KeyboardEvent("keydown", { key, ...more }));

test("a key press has one name", () => {
  expect(press("k", { ctrlKey: true })).toBe("Mod+K");
  expect(press("k", { metaKey: true })).toBe("Mod+K");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("z", { ctrlKey: true, shiftKey: true })).toBe("Mod+Shift+Z");
  expect(press("Shift", { shiftKey: true })).toBe("");
});

test("two keys soon after each other make a sequence, later ones don't", () => {
  const presses = new Presses();
  presses.next("G", 0);
  expect(presses.next("S", 500)).toEqual(["G S", "S"]);
  expect(presses.next("P", 5_000)).toEqual(["P"]);
});

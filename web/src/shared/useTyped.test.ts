// What is typed is shown at once and told once.
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TYPING_PAUSE_MS, useTyped } from "./useTyped";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function typed(value = "") {
  const tell = vi.fn();
  const hook = renderHook(({ value }) => useTyped(value, tell), { initialProps: { value } });
  return { tell, ...hook, type: (text: string) => act(() => hook.result.current[1](text)) };
}

test("a word is told once, when the typing pauses", () => {
  const { tell, result, type } = typed();
  for (const text of ["d", "de", "des"]) {
    type(text);
    expect(result.current[0]).toBe(text);
    act(() => void vi.advanceTimersByTime(TYPING_PAUSE_MS - 1));
  }
  expect(tell).not.toHaveBeenCalled();
  act(() => void vi.advanceTimersByTime(1));
  expect(tell.mock.calls).toEqual([["des"]]);
});

test("an emptied search is told at once and nothing after it", () => {
  const { tell, type } = typed("des");
  type("de");
  type("");
  act(() => void vi.advanceTimersByTime(10 * TYPING_PAUSE_MS));
  expect(tell.mock.calls).toEqual([[""]]);
});

test("a value that comes back as told does not undo what was typed since; another one is shown", () => {
  const { result, type, rerender } = typed();
  type("de");
  act(() => void vi.advanceTimersByTime(TYPING_PAUSE_MS));
  type("des");
  rerender({ value: "de" });
  expect(result.current[0]).toBe("des");
  rerender({ value: "" });
  expect(result.current[0]).toBe("");
});

import { afterEach, expect, test, vi } from "vitest";
import { connection } from "./connection";

afterEach(() => {
  connection.answered();
  vi.useRealTimers();
});

test("a silent server is asked again until it answers, and whoever listens hears both", async () => {
  vi.useFakeTimers();
  let up = false;
  globalThis.fetch = async () => {
    if (!up) throw new TypeError("no network");
    return new Response("{}");
  };
  const heard: boolean[] = [];
  const stop = connection.subscribe(() => heard.push(connection.isReachable()));
  connection.silent();
  connection.silent();
  await vi.advanceTimersByTimeAsync(7_000);
  expect(connection.isReachable()).toBe(false);
  up = true;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(heard).toEqual([false, true]);
  stop();
});

import { expect, test } from "vitest";
import { initialsOf } from "./Badge";

test("initials are whole signs of the first and the last word", () => {
  expect(initialsOf("Ana Maria Ferreira")).toBe("AF");
  expect(initialsOf("cher")).toBe("C");
  expect(initialsOf("🦊 Fox")).toBe("🦊F");
  expect(initialsOf(" ")).toBe("");
});

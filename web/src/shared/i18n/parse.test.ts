import { i18n } from "@lingui/core";
import { afterEach, expect, test } from "vitest";
import { createFormat } from "./format";
import { parseHours, parseNumber } from "./parse";

const speak = (locale: string) => i18n.loadAndActivate({ locale, messages: {} });
afterEach(() => speak("en"));

test("both decimal signs are understood in every language", () => {
  for (const locale of ["en", "es", "pt-BR"]) {
    speak(locale);
    expect(parseNumber("7.5")).toBe(7.5);
    expect(parseNumber("7,5")).toBe(7.5);
    expect(parseNumber(" 1 200 ")).toBe(1200);
    expect(parseNumber("-0.5")).toBe(-0.5);
  }
});

test("thousands are those of the language", () => {
  speak("en");
  expect(parseNumber("100,000")).toBe(100_000);
  expect(parseNumber("1,234,567.89")).toBe(1_234_567.89);
  expect(createFormat("en").parseMoney("1,200", "EUR")).toEqual({ amountMinor: 120_000, currency: "EUR" });
  speak("es");
  expect(parseNumber("100.000")).toBe(100_000);
  expect(parseNumber("1.234.567,89")).toBe(1_234_567.89);
});

test("what is no number is not taken for one", () => {
  for (const text of ["", " ", "abc", "4h", "1,2,3", "0x10", "1e5", "Infinity", "€ 100"])
    expect(parseNumber(text)).toBeNull();
});

test("hours are decimals or a clock's", () => {
  expect(parseHours("7,5")).toBe(450);
  expect(parseHours("7:30")).toBe(450);
  expect(parseHours("0")).toBe(0);
  for (const text of ["", "4h", "7:99", "all"]) expect(parseHours(text)).toBeNull();
});

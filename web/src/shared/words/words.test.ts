// Whatever the server can name by a code has words, in every language.
import { readFileSync } from "node:fs";
import type { MessageDescriptor } from "@lingui/core";
import { describe, expect, it } from "vitest";
import { EVENT_WORDS } from "./events";
import { FIELD_WORDS, ROW_WORDS } from "./faults";
import { NOTE_WORDS } from "./notes";
import { PROBLEM_WORDS } from "./problems";

type Words = Record<string, MessageDescriptor>;

const contract = JSON.parse(readFileSync("../openapi/raally.json", "utf8"));
const codes: Record<string, string[]> = contract.components["x-raally-codes"];

const catalogue = async (locale: string): Promise<Record<string, unknown>> =>
  (await import(`../../locales/${locale}.po`)).messages;

/** Each table with the code's list in the contract; a later table speaks for codes that the first one lacks. */
const tables: [string, Words][] = [
  ["eventTypes", EVENT_WORDS],
  ["fieldFaults", FIELD_WORDS],
  ["importFaults", { ...FIELD_WORDS, ...PROBLEM_WORDS, ...ROW_WORDS }],
  ["mappingNotes", NOTE_WORDS],
  ["problems", { ...FIELD_WORDS, ...ROW_WORDS, ...PROBLEM_WORDS }],
];

describe.each(["en", "es", "pt-BR"])("in %s", (locale) => {
  it.each(tables)("every code of %s has words", async (list, words) => {
    const messages = await catalogue(locale);
    expect(codes[list]?.length).toBeGreaterThan(0);
    const wordless = (codes[list] ?? []).filter((code) => {
      const { id = "" } = words[code] ?? {};
      return !messages[id];
    });
    expect(wordless).toEqual([]);
  });

  it("no code of today's server is without use", async () => {
    const known = new Set(Object.values(codes).flat());
    const unused = tables.flatMap(([, words]) => Object.keys(words)).filter((code) => !known.has(code));
    expect(unused).toEqual([]);
  });
});

it("other languages say it in other words", async () => {
  const [english, spanish, portuguese] = await Promise.all(["en", "es", "pt-BR"].map(catalogue));
  for (const words of [EVENT_WORDS, ROW_WORDS, PROBLEM_WORDS, FIELD_WORDS, NOTE_WORDS]) {
    for (const { id = "" } of Object.values(words)) {
      expect(spanish?.[id]).not.toEqual(english?.[id]);
      expect(portuguese?.[id]).not.toEqual(english?.[id]);
    }
  }
});

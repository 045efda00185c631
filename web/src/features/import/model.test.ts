import { expect, test } from "vitest";
import { fieldOf, type Mapping, withField } from "./model";

const mapping: Mapping = { kind: "assignments", columns: { person: 1, effort: "Hours" }, dateFormat: "dmy" };
const column = (header: string) => ({ letter: "A", header, confidence: 50 });

test("a column is found by its number or its header", () => {
  expect(fieldOf(mapping, column("Employee"), 0)).toBe("person");
  expect(fieldOf(mapping, column("Hours"), 2)).toBe("effort");
  expect(fieldOf(mapping, column("Remarks"), 3)).toBeUndefined();
});

test("a field moves to the new column and the rest of the mapping stays", () => {
  const next = withField(mapping, column("Who"), 4, "person");
  expect(next).toEqual({ kind: "assignments", columns: { effort: "Hours", person: 5 }, dateFormat: "dmy" });
  expect(withField(mapping, column("Hours"), 2, null).columns).toEqual({ person: 1 });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bar, Person, Schedule } from "../model";
import { ZOOMS } from "../time/scale";
import { buildRows, folded, type RowOptions } from "./rows";
import {
  DEFAULT_VIEW,
  FORMS,
  filterCount,
  GROUPINGS,
  readView,
  SUBJECTS,
  type ViewState,
  withoutFilters,
  writeView,
} from "./viewState";

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,8}$/), { maxLength: 3 });
const day = fc.integer({ min: 0, max: 40_000 });
const view: fc.Arbitrary<ViewState> = fc.record({
  subject: fc.constantFrom(...SUBJECTS),
  form: fc.constantFrom(...FORMS),
  zoom: fc.constantFrom(...ZOOMS),
  at: fc.option(day),
  group: fc.constantFrom(...GROUPINGS),
  teams: ids,
  roles: ids,
  skills: ids,
  projects: ids,
  text: fc.string({ maxLength: 12 }),
  free: fc.option(
    fc.tuple(fc.integer({ min: 1, max: 99_999 }), day, fc.nat(90)).map(([minutes, from, length]) => ({
      minutes,
      from,
      to: from + length,
    })),
  ),
  tentative: fc.boolean(),
  asOf: fc.constantFrom(null, "2026-11-01T10:00:00Z"),
});

describe("view in the address", () => {
  it("what_was_written_is_read_again", () => {
    fc.assert(fc.property(view, (state) => void expect(readView(writeView(state))).toEqual(state)));
  });

  it("one_value_in_place_of_a_list_is_a_list_of_one", () => {
    expect(readView({ team: "a" }).teams).toEqual(["a"]);
  });

  it("defaults_leave_the_address_empty", () => {
    expect(writeView(DEFAULT_VIEW)).toEqual({});
  });

  it("rubbish_in_the_address_never_throws", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("rows", "zoom", "at", "team", "free", "q"), fc.anything()),
        (raw) => {
          const state = readView(raw);
          expect(readView(writeView(state))).toEqual(state);
        },
      ),
    );
  });

  it("clearing_takes_all_filters_and_nothing_else", () => {
    fc.assert(
      fc.property(view, (state) => {
        const cleared = withoutFilters(state);
        expect(filterCount(cleared)).toBe(0);
        expect(cleared.zoom).toBe(state.zoom);
        expect(cleared.group).toBe(state.group);
      }),
    );
  });
});

function bar(id: string, personId: string, projectId: string, tentative = false): Bar {
  return {
    id,
    from: 10,
    to: 20,
    version: 1,
    personId,
    projectId,
    phaseId: null,
    roleId: null,
    tentative,
    effort: { form: "hours-per-day", minutesPerDay: 480 },
    note: null,
    pending: false,
    flexible: false,
  };
}

const people: Person[] = [
  { id: "p1", name: "Ana Souza", kind: "person", roleId: "dev", teamIds: ["red", "blue"] },
  { id: "p2", name: "Bruno Lima", kind: "person", roleId: null, teamIds: [] },
  { id: "p3", name: "Designer", kind: "placeholder", roleId: "des", teamIds: ["red"] },
];
const schedule: Schedule = {
  from: 0,
  to: 99,
  people: new Map(people.map((person) => [person.id, person])),
  tracks: [
    { id: "p1", bars: [bar("a", "p1", "x"), bar("b", "p1", "y", true)], away: [], milestones: [] },
    { id: "p2", bars: [], away: [], milestones: [] },
    { id: "p3", bars: [bar("c", "p3", "x")], away: [], milestones: [] },
  ],
};
const options: RowOptions = {
  subject: "people",
  group: "none",
  collapsed: new Set(),
  text: "",
  onlyIds: null,
  onlyTeams: [],
  onlyRoles: [],
  onlyProjects: [],
  withTentative: true,
  teams: new Map([
    ["red", "Red"],
    ["blue", "Blue"],
  ]),
  roles: new Map([
    ["dev", "Developer"],
    ["des", "Designer"],
  ]),
  projects: new Map(
    ["x", "y"].map((id) => [
      id,
      {
        id,
        name: `Project ${id}`,
        code: null,
        color: null,
        clientId: null,
        status: "active",
        managerIds: [],
      },
    ]),
  ),
};
const shape = (change: Partial<RowOptions>) =>
  buildRows(schedule, { ...options, ...change }, new WeakMap()).map((row) =>
    row.kind === "group"
      ? `# ${row.name ?? "–"} ${row.count}`
      : `${row.id}:${row.bars.map((one) => one.id).join("")}`,
  );

describe("rows", () => {
  it("placeholders_stand_apart_above_the_people", () => {
    expect(shape({})).toEqual(["# placeholders 1", "p3:c", "# people 2", "p1:ab", "p2:"]);
  });

  it("somebody_of_two_teams_stands_in_both", () => {
    expect(shape({ group: "team" })).toEqual([
      "# placeholders 1",
      "p3:c",
      "# Blue 1",
      "p1:ab",
      "# Red 1",
      "p1:ab",
      "# – 1",
      "p2:",
    ]);
  });

  it("by_project_a_row_holds_that_projects_bars_only", () => {
    expect(shape({ group: "project" }).slice(2)).toEqual([
      "# Project x 1",
      "p1:a",
      "# Project y 1",
      "p1:b",
      "# – 1",
      "p2:",
    ]);
  });

  it("a_collapsed_group_keeps_its_header", () => {
    expect(shape({ group: "role", collapsed: new Set(["role:dev", "placeholders"]) })).toEqual([
      "# placeholders 1",
      "# Developer 1",
      "# – 1",
      "p2:",
    ]);
  });

  it("the_search_ignores_case_and_accents_and_knows_roles", () => {
    expect(folded("  Ação ")).toBe("acao");
    expect(shape({ text: "DEVELOPER ana" })).toEqual(["p1:ab"]);
    expect(shape({ text: "nobody" })).toEqual([]);
  });

  it("filters_must_all_hold_and_any_of_a_list_is_enough", () => {
    expect(shape({ onlyTeams: ["blue", "none"] })).toEqual(["p1:ab"]);
    expect(shape({ onlyTeams: ["red"], onlyRoles: ["des"] })).toEqual(["# placeholders 1", "p3:c"]);
    expect(shape({ onlyProjects: ["y"] })).toEqual(["p1:ab"]);
  });

  it("without_tentative_work_its_bars_are_gone", () => {
    expect(shape({ withTentative: false, text: "ana" })).toEqual(["p1:a"]);
  });
});

// The invented company of the stand-in server: people, projects and the rest, as stored objects in memory.
const PEOPLE = Number(process.env.MOCK_PEOPLE ?? 48);
/** For measuring the schedule: 2,000 people with 20 each. */
const PER_PERSON = Number(process.env.MOCK_PER_PERSON ?? 2);
let serial = 0;
export const id = () => `01980000-0000-7000-8000-${String(++serial).padStart(12, "0")}`;
export const at = "2026-11-02T09:00:00Z";
export const stored = (details) => ({ id: id(), version: 1, createdAt: at, updatedAt: at, ...details });
export const tables = new Map();
const fill = (name, rows) => tables.set(name, new Map(rows.map((row) => [row.id, row])));
export const rows = (name) => [...(tables.get(name) ?? new Map()).values()];
const DAY = 86_400_000;
const today = new Date().toISOString().slice(0, 10);
export const plus = (days, from = today) =>
  new Date(Date.parse(from) + days * DAY).toISOString().slice(0, 10);

const week = [480, 480, 480, 480, 480, 0, 0];
export const workspace = stored({
  name: "Northwind Studio",
  settings: {
    timeZone: "Europe/Madrid",
    firstDayOfWeek: 1,
    currency: "EUR",
    clashPolicy: "refuse",
    busyFromBasisPoints: 9000,
    defaultWeek: week,
    holidayRegion: "ES",
  },
});
export const user = { id: id(), email: "ana@northwind.test", name: "Ana Ferreira", platformAdmin: true };
export const empty = stored({ name: "Empty Ltd", settings: workspace.settings });
export const workspaces = [
  { workspace, role: "owner", permissions: [] },
  { workspace: empty, role: "admin", permissions: [] },
];

fill(
  "clients",
  ["Acme Foods", "Harbour Bank", "City of Lund", "Solaria"].map((name) => stored({ name })),
);
fill(
  "teams",
  ["Design", "Engineering", "Delivery"].map((name) => stored({ name })),
);
fill(
  "skills",
  [
    ["React", "Web"],
    ["Rust", "Backend"],
    ["Figma", "Design"],
    ["SQL", "Backend"],
    ["Facilitation", "Delivery"],
  ].map(([name, category]) => stored({ name, category })),
);
fill(
  "roles",
  ["Designer", "Developer", "Project lead", "Analyst"].map((name) => stored({ name })),
);
export const ids = (name) => rows(name).map((row) => row.id);
const FIRST = [
  "Ana",
  "Bruno",
  "Chen",
  "Dara",
  "Elif",
  "Farid",
  "Grete",
  "Hugo",
  "Ines",
  "Jonas",
  "Kaya",
  "Lena",
];
const LAST = ["Almeida", "Berg", "Costa", "Duarte", "Eriksen", "Fischer", "Garcia"];
fill(
  "people",
  Array.from({ length: PEOPLE }, (_, i) =>
    stored({
      name: i % 16 === 15 ? `Open: ${rows("roles")[i % 4].name}` : `${FIRST[i % 12]} ${LAST[i % 7]}`,
      email: i % 16 === 15 ? null : `person${i}@northwind.test`,
      kind: i % 16 === 15 ? "placeholder" : "person",
      roleId: ids("roles")[i % 4],
      teamIds: [ids("teams")[i % 3]],
      startsOn: "2024-02-01",
      jobTitles: [{ validFrom: "2024-02-01", title: ["Designer", "Developer", "Lead", "Analyst"][i % 4] }],
      schedules: [{ validFrom: "2024-02-01", workingTime: { source: "weeks", weeks: [week] } }],
      availability: i % 5 === 0 ? [{ validFrom: "2025-01-01", basisPoints: 8000 }] : [],
      skills: [{ skillId: ids("skills")[i % 5], level: (i % 5) + 1 }],
    }),
  ),
);
const NAMES = [
  "Mobile ordering",
  "Onboarding redesign",
  "Data platform",
  "Brand refresh",
  "Permit portal",
  "Solar monitor",
  "Internal tools",
  "Loyalty pilot",
  "Branch kiosk",
];
fill(
  "projects",
  NAMES.map((name, i) =>
    stored({
      name,
      code: `P-${100 + i}`,
      clientId: ids("clients")[i % 4],
      kind: "managed",
      status: ["active", "active", "proposed", "on-hold", "active", "completed"][i % 6],
      startsOn: plus(-60 + i * 7),
      endsOn: plus(60 + i * 14),
      color: ["#4653c7", "#0f8a8a", "#c26a0c", "#b03a7a", "#5f7d1c", "#2b7cc0"][i % 6],
      managerIds: [],
      phases: [
        { id: id(), name: "Discovery", startsOn: plus(-20), endsOn: plus(10) },
        { id: id(), name: "Build", startsOn: plus(11), endsOn: plus(50) },
      ],
      milestones: [{ id: id(), name: "Go live", on: plus(50), done: false }],
    }),
  ),
);
fill(
  "assignments",
  ids("people").flatMap((personId, i) =>
    Array.from({ length: PER_PERSON }, (_, k) =>
      stored({
        personId,
        projectId: ids("projects")[(i + k * 3) % NAMES.length],
        startsOn: plus(-10 + (k - (k % 2 ? 0 : PER_PERSON - 2)) * 20 + (i % 9)),
        endsOn: plus(8 + (k - (k % 2 ? 0 : PER_PERSON - 2)) * 20 + (k % 2) * 4 + (i % 11)),
        effort: { form: "hours-per-day", minutesPerDay: 240 + 60 * (i % 4) },
        commitment: (i + k) % 5 === 0 ? "tentative" : "confirmed",
      }),
    ),
  ),
);
const KINDS = ["vacation", "sick-leave", "training", "vacation", "parental-leave"];
fill(
  "time-off",
  ids("people")
    .slice(0, 12)
    .map((personId, i) =>
      stored({
        personId,
        kind: KINDS[i % 5],
        startsOn: plus(i * 3 - 5),
        endsOn: plus(i * 3 - 2),
        status: i % 3 === 0 ? "pending" : "approved",
        note: i === 0 ? "Family visit" : null,
      }),
    ),
);
fill(
  "holidays",
  [
    ["2026-12-08", "Immaculate Conception"],
    ["2026-12-25", "Christmas Day"],
    ["2027-01-01", "New Year"],
  ].map(([on, name]) => stored({ region: "ES", on, name, observance: "full" })),
);
const imported = stored({
  name: "staff.csv",
  status: "checked",
  dryRun: true,
  format: "csv",
  progress: { done: 0, total: 42 },
  suggestedMapping: {
    kind: "assignments",
    layout: "long",
    columns: { person: 1, project: 2, effort: 3 },
    hoursUnit: "hours-per-week",
  },
  preview: {
    rows: 42,
    confidence: 90,
    notes: ["Dates are read as day/month/year."],
    sheets: [],
    columns: [
      { letter: "A", header: "Employee", field: "person", confidence: 98 },
      { letter: "B", header: "Project", field: "project", confidence: 95 },
      { letter: "C", header: "Hours", field: "effort", confidence: 80 },
      { letter: "D", header: "Remarks", confidence: 0 },
    ],
    sample: [
      ["Ana Almeida", "Mobile ordering", "20", ""],
      ["Bruno Berg", "Data platform", "x", "to be seen"],
      ["Chen Costa", "Brand refresh", "12", ""],
    ],
  },
  summary: {
    people: {
      created: 30,
      updated: 4,
      unchanged: 8,
      skipped: 0,
      errors: [{ row: 12, column: "Hours", message: "“x” is no number", code: "not-a-number" }],
    },
    assignments: { created: 40, updated: 0, unchanged: 0, skipped: 1, errors: [] },
  },
});
fill("imports", [imported]);

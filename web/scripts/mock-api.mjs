// A stand-in for the server, for looking at pages without one: invented data in memory, enough rules to click
// through. Not part of the product. Run: node scripts/mock-api.mjs, then RAALLY_API=http://127.0.0.1:8099 npm run dev
import { createServer } from "node:http";
import { mockSchedule } from "./mock-schedule.mjs";

const PORT = Number(process.env.MOCK_PORT ?? 8099);
const PEOPLE = Number(process.env.MOCK_PEOPLE ?? 48);
/** For measuring the schedule: 2,000 people with 20 each. */
const PER_PERSON = Number(process.env.MOCK_PER_PERSON ?? 2);
let serial = 0;
const id = () => `01980000-0000-7000-8000-${String(++serial).padStart(12, "0")}`;
const at = "2026-11-02T09:00:00Z";
const stored = (details) => ({ id: id(), version: 1, createdAt: at, updatedAt: at, ...details });
const tables = new Map();
const fill = (name, rows) => tables.set(name, new Map(rows.map((row) => [row.id, row])));
const rows = (name) => [...(tables.get(name) ?? new Map()).values()];
const DAY = 86_400_000;
const today = new Date().toISOString().slice(0, 10);
const plus = (days, from = today) => new Date(Date.parse(from) + days * DAY).toISOString().slice(0, 10);

const week = [480, 480, 480, 480, 480, 0, 0];
const workspace = stored({
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
const user = { id: id(), email: "ana@northwind.test", name: "Ana Ferreira", platformAdmin: true };
const empty = stored({ name: "Empty Ltd", settings: workspace.settings });
const workspaces = [
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
const ids = (name) => rows(name).map((row) => row.id);
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

const tokens = () => ({ accessToken: "mock", tokenType: "Bearer", expiresIn: 600, user });
const share = (minutes, ofMinutes) => ({
  minutes,
  ofMinutes,
  basisPoints: ofMinutes ? Math.round((minutes * 10_000) / ofMinutes) : null,
});
const buckets = Array.from({ length: 12 }, (_, i) => ({ from: plus(i * 7), to: plus(i * 7 + 6) }));
const range = { from: buckets[0].from, to: buckets[11].to };
const minutes = (capacityMinutes, confirmedMinutes, tentativeMinutes) => ({
  contractedMinutes: capacityMinutes + 6_000,
  holidayMinutes: 2_000,
  timeOffMinutes: 4_000,
  capacityMinutes,
  confirmedMinutes,
  tentativeMinutes,
  freeMinutes: capacityMinutes - confirmedMinutes,
  unknownCapacityMinutes: 0,
  utilisation: share(confirmedMinutes, capacityMinutes),
});
const hours = {
  people: 45,
  peopleOfUnknownCapacity: 0,
  rows: buckets.map((bucket, i) => ({
    ...bucket,
    ...minutes(96_000 - (i % 4) * 4_000, 84_000 - i * 3_500 + (i % 3) * 4_000, 4_000 + i * 900),
  })),
  total: { ...range, ...minutes(1_080_000, 770_000, 104_000) },
};
const person = (p, i) => ({
  personId: p.id,
  name: p.name,
  occupancy: ["busy", "partly-idle", "idle", "busy"][i % 4],
  utilisation: share(9_000 + i * 500, 24_000),
});
const occupancy = {
  busyFromBasisPoints: 9000,
  rows: [],
  total: { busy: 17, partlyIdle: 20, idle: 6, unavailable: 2, unknown: 0 },
  people: rows("people").map(person),
};
const roleBucket = (i, k) => ({
  ...buckets[k],
  people: 14 - i * 3,
  utilisation: share(9_000 - i * 900, 12_000),
  idleness: share(3_000 + i * 900, 12_000),
  freeMinutes: 3_000,
});
const roles = {
  rows: rows("roles").map((role, i) => ({
    roleId: role.id,
    name: role.name,
    buckets: buckets.map((_, k) => roleBucket(i, k)),
    total: roleBucket(i, 0),
  })),
};
const utilisation = (list) => ({
  buckets,
  rows: list.map((one, i) => ({
    id: one.id,
    name: one.name,
    shares: buckets.map((_, k) => share(9_000 - i * 600 + k * 100, 12_000)),
    total: share(108_000 - i * 9_000, 144_000),
  })),
  total: {
    id: null,
    name: "",
    shares: buckets.map(() => share(9_000, 12_000)),
    total: share(770_000, 1_080_000),
  },
});
const overbooking = {
  totals: { people: 5, personDays: 14, personBuckets: 6 },
  people: rows("people")
    .slice(0, 5)
    .map((p, i) => ({
      personId: p.id,
      name: p.name,
      days: [
        { on: plus(i), loadMinutes: 600, capacityMinutes: 480 },
        { on: plus(i + 1), loadMinutes: 540, capacityMinutes: 480 },
      ],
      buckets: [{ ...buckets[0], loadMinutes: 2_640, capacityMinutes: 2_400 }],
    })),
};
const demand = {
  buckets,
  rows: rows("roles")
    .slice(0, 3)
    .map((role, i) => ({
      roleId: role.id,
      name: role.name,
      minutes: buckets.map(() => 800 * (i + 1)),
      totalMinutes: 9_600 * (i + 1),
    })),
  minutes: buckets.map(() => 4_800),
  totalMinutes: 57_600,
};
const budget = {
  projects: rows("projects").map((p, i) => ({
    projectId: p.id,
    name: p.name,
    code: p.code,
    minutes: 40_000 + i * 6_000,
    placeholderMinutes: 0,
    budget: { minutes: 60_000, amount: { amountMinor: 9_000_000, currency: "EUR" } },
    minutesBasisPoints: Math.round(((40_000 + i * 6_000) / 60_000) * 10_000),
    cost: {
      totals: [{ amountMinor: 4_000_000, currency: "EUR" }],
      unratedMinutes: 0,
      budgetBasisPoints: null,
    },
    bill: {
      totals: [{ amountMinor: 6_000_000 + i * 500_000, currency: "EUR" }],
      unratedMinutes: 0,
      budgetBasisPoints: 6_700 + i * 500,
    },
  })),
};
const dashboard = {
  hours,
  occupancy,
  roles,
  teams: utilisation(rows("teams")),
  overbooking: overbooking.totals,
  demand,
  projects: rows("projects").map((p, i) => ({
    projectId: p.id,
    name: p.name,
    confirmedMinutes: 90_000 - i * 8_000,
    tentativeMinutes: (i % 3) * 4_000,
  })),
};
const reports = {
  hours,
  availability: occupancy,
  "people-per-role": roles,
  "idleness-per-role": roles,
  overbooking,
  demand,
  budget,
};
const report = (name, query) =>
  reports[name] ??
  utilisation(
    rows(
      { team: "teams", role: "roles", project: "projects", client: "clients" }[query.get("by")] ?? "people",
    ),
  );

const events = () =>
  Array.from({ length: 40 }, (_, i) => ({
    id: id(),
    position: 400 - i,
    kind: ["person", "assignment", "project"][i % 3],
    objectId: ids("people")[i % 8],
    version: 1 + (i % 5),
    type: ["person-changed", "assignment-confirmed", "project-created"][i % 3],
    recordedAt: new Date(Date.now() - i * 3_600_000).toISOString(),
    actorId: user.id,
    data: {},
  }));
const fixed = {
  "GET /auth/me": () => ({ user, workspaces }),
  "POST /auth/refresh": tokens,
  "POST /auth/sign-in": tokens,
  "POST /auth/sign-up": tokens,
  "GET /auth/sessions": () => ({
    items: [
      {
        id: id(),
        client: "Firefox on Linux",
        createdAt: at,
        lastUsedAt: new Date().toISOString(),
        current: true,
      },
      { id: id(), client: "raally CLI", createdAt: at, lastUsedAt: at, current: false },
    ],
  }),
  "GET /platform/workspaces": () => ({ items: workspaces.map((one) => one.workspace), nextCursor: null }),
  "GET /platform/users": () => ({ items: [{ ...user, suspended: false, createdAt: at }], nextCursor: null }),
};
const inside = {
  "GET /dashboard": () => dashboard,
  "GET /members": () => ({
    items: [
      {
        userId: user.id,
        name: user.name,
        email: user.email,
        role: "owner",
        permissions: [],
        status: "active",
        version: 1,
      },
      {
        userId: id(),
        name: "Jonas Berg",
        email: "jonas@northwind.test",
        role: "project-manager",
        permissions: ["pay:read"],
        status: "active",
        version: 3,
      },
    ],
  }),
  "GET /join-links": () => ({ items: [{ id: id(), role: "member", expiresAt: `${plus(7)}T00:00:00Z` }] }),
  "POST /join-links": () => ({
    id: id(),
    role: "member",
    expiresAt: `${plus(7)}T00:00:00Z`,
    token: "mocktoken",
  }),
  "GET /settings": () => workspace,
  "PATCH /settings": (body) =>
    Object.assign(workspace, body, {
      settings: { ...workspace.settings, ...body.settings },
      version: workspace.version + 1,
    }),
  "GET /audit-events": () => ({ items: events(), nextCursor: null }),
  "POST /audit/verify": () => ({ ok: true, events: 12_345, head: "9f2c…" }),
  "GET /holidays/regions": () => ({ items: ["BR", "DE", "ES", "PT", "US"] }),
};

function generic(method, [name, key, action], body, query) {
  const table = tables.get(name);
  if (!table) return { items: [], nextCursor: null };
  const row = key && table.get(key);
  if (!key && method === "GET")
    return {
      items: rows(name).filter(
        (one) =>
          (!query.get("personId") || one.personId === query.get("personId")) &&
          (!query.get("projectId") || one.projectId === query.get("projectId")),
      ),
      nextCursor: null,
    };
  if (!key) {
    const made = stored({
      kind: "person",
      teamIds: [],
      jobTitles: [],
      schedules: [],
      availability: [],
      skills: [],
      phases: [],
      milestones: [],
      managerIds: [],
      status: name === "time-off" ? "pending" : "active",
      ...body,
    });
    table.set(made.id, made);
    return made;
  }
  if (!row) return null;
  if (action === "approve" || action === "reject")
    row.status = `${action}${action === "approve" ? "d" : "ed"}`;
  else if (name === "imports" && action === "preview")
    return { id: key, format: "csv", preview: { ...row.preview, mapping: row.suggestedMapping } };
  else if (action === "conflicts")
    return {
      items: rows("assignments")
        .slice(0, 3)
        .map((one) => ({
          assignmentId: one.id,
          projectId: one.projectId,
          minutes: 480,
          commitment: one.commitment,
          version: 1,
        })),
    };
  else if (action === "budget")
    return { minutes: 60_000, amount: { amountMinor: 9_000_000, currency: "EUR" } };
  else if (action === "compensations")
    return {
      items: [
        {
          validFrom: "2024-02-01",
          kind: "salaried",
          amount: { amountMinor: 5_400_000, currency: "EUR" },
          weeklyMinutes: 2400,
        },
      ],
    };
  else if (action === "time-off") return { items: rows("time-off").filter((one) => one.personId === key) };
  else if (method === "PATCH") Object.assign(row, body);
  else if (method === "DELETE") table.delete(key);
  row.version += 1;
  return row;
}

// Open event streams: what one page changes, another sees.
const streams = new Set();
let position = 500;
const notify = (kind, row) => {
  position += 1;
  const data = JSON.stringify({
    position,
    kind,
    objectId: row.id,
    version: row.version,
    type: `${kind}-changed`,
  });
  for (const stream of streams) stream.write(`id: ${position}\nevent: change\ndata: ${data}\n\n`);
};
const scheduleAnswer = mockSchedule({ tables, rows, stored, notify });

createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let body = {};
  try {
    body = JSON.parse(Buffer.concat(chunks).toString() || "{}");
  } catch {
    // A file.
  }
  const path = url.pathname.replace(/^\/api\/v1/, "");
  const send = (status, value) => {
    response.writeHead(status, {
      "content-type": status < 400 ? "application/json" : "application/problem+json",
    });
    response.end(value === undefined ? "" : JSON.stringify(value));
  };
  if (process.env.MOCK_SIGNED_OUT && path === "/auth/refresh")
    return send(401, { title: "Sign in first", code: "unauthenticated" });
  if (body.password === "wrong") return send(401, { title: "Refused", code: "unauthenticated" });
  const own = fixed[`${request.method} ${path}`];
  if (own) return send(200, own(body));
  const [, , workspaceId, ...rest] = path.split("/");
  if (!path.startsWith("/workspaces/")) return send(204);
  if (rest[0] === "events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    streams.add(response);
    request.on("close", () => streams.delete(response));
    return response.write(": hello\n\n");
  }
  if (path === "/health") return send(200, {});
  if (workspaceId === empty.id && request.method === "GET") return send(200, { items: [], nextCursor: null });
  const planned =
    workspaceId === workspace.id &&
    scheduleAnswer(request.method, rest, body, url.searchParams, request.headers["if-match"]);
  if (planned) return send(...planned);
  const special = inside[`${request.method} /${rest.join("/")}`];
  if (special) return send(200, special(body));
  if (rest[0] === "reports") return send(200, report(rest[1], url.searchParams));
  const answer = generic(request.method, rest, body, url.searchParams);
  return answer === null ? send(404, { title: "Not found", code: "not-found" }) : send(200, answer);
}).listen(PORT, "127.0.0.1", () => console.log(`mock API on http://127.0.0.1:${PORT}`));

// Invented reports of the stand-in server.
import { plus, rows } from "./mock-company.mjs";

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
export const dashboard = {
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
export const report = (name, query) =>
  reports[name] ??
  utilisation(
    rows(
      { team: "teams", role: "roles", project: "projects", client: "clients" }[query.get("by")] ?? "people",
    ),
  );

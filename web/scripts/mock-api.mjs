// A stand-in for the server, for looking at pages without one: invented data in memory, enough rules to click
// through. Not part of the product. Run: node scripts/mock-api.mjs, then RAALLY_API=http://127.0.0.1:8099 npm run dev
import { createServer } from "node:http";
import {
  at,
  empty,
  id,
  ids,
  plus,
  rows,
  stored,
  tables,
  user,
  workspace,
  workspaces,
} from "./mock-company.mjs";
import { dashboard, report } from "./mock-reports.mjs";
import { mockSchedule } from "./mock-schedule.mjs";

const PORT = Number(process.env.MOCK_PORT ?? 8099);
const tokens = () => ({ accessToken: "mock", tokenType: "Bearer", expiresIn: 600, user });
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

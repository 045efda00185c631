/** A small plan made through the API: four people, an open demand, two projects, a few bookings around next Monday. */
import type { APIRequestContext } from "@playwright/test";

const DAY_MS = 86_400_000;
const PASSPHRASE = "correct horse battery staple";

export const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The Monday of next week, so that no booking is in the past. */
export function nextMonday(): number {
  const today = Math.floor(Date.now() / DAY_MS);
  const weekday = (((today + 3) % 7) + 7) % 7;
  return today - weekday + 7;
}

type Body = Record<string, unknown>;
type Call = (method: string, path: string, data?: Body, version?: number) => Promise<Stored>;

interface Stored {
  id: string;
  version: number;
}

export interface SeededPlan {
  readonly workspaceId: string;
  readonly email: string;
  readonly passphrase: string;
  readonly monday: number;
  readonly address: string;
  readonly people: Readonly<Record<"ada" | "ben" | "cleo" | "dora" | "open", string>>;
  readonly projects: Readonly<Record<"shop" | "bank", string>>;
  /** Ada on the web shop, Ben on the bank portal, both next week; the open developer the week after. */
  readonly bookings: Readonly<Record<"ada" | "ben" | "open", Stored>>;
  /** Somebody else at work: the API of this workspace. */
  readonly call: Call;
}

/** Signs up a new user in this context (its cookie jar then holds the session) and fills a workspace of theirs. */
export async function seedSchedule(api: APIRequestContext): Promise<SeededPlan> {
  const email = `planner-${Math.random().toString(36).slice(2)}@example.test`;
  const signedUp = await api.post("/api/v1/auth/sign-up", {
    data: { email, password: PASSPHRASE, name: "Planner", cookie: true },
  });
  if (!signedUp.ok()) throw new Error(`sign-up: ${signedUp.status()} ${await signedUp.text()}`);
  const { accessToken } = (await signedUp.json()) as { accessToken: string };
  const send = async (method: string, path: string, data?: Body, version?: number): Promise<Stored> => {
    const headers = {
      authorization: `Bearer ${accessToken}`,
      ...(version !== undefined && { "if-match": `"${version}"` }),
    };
    const answer = await api.fetch(`/api/v1${path}`, { method, data, headers });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.status() === 204 ? { id: "", version: 0 } : answer.json();
  };
  const workspace = await send("POST", "/workspaces", { name: "Schedule test" });
  const call: Call = (method, path, data, version) =>
    send(method, `/workspaces/${workspace.id}${path}`, data, version);
  const inside = (path: string, data: Body) => call("POST", path, data);
  const developer = await inside("/roles", { name: "Developer" });
  const designer = await inside("/roles", { name: "Designer" });
  const red = await inside("/teams", { name: "Red team" });
  const rust = await inside("/skills", { name: "Rust", category: "Backend" });
  const person = (name: string, roleId: string, teamIds: string[] = [], kind = "person") =>
    inside("/people", { name, kind, roleId, teamIds, ...(kind === "person" && { weeklyMinutes: 2400 }) });
  const ada = await person("Ada Almeida", developer.id, [red.id]);
  const ben = await person("Ben Berg", developer.id, [red.id]);
  const cleo = await person("Cleo Costa", developer.id);
  const dora = await person("Dora Dias", designer.id);
  const open = await person("Open developer", developer.id, [], "placeholder");
  await call("PUT", `/people/${cleo.id}/skills/${rust.id}`, { level: 4 }, cleo.version);
  const shop = await inside("/projects", { name: "Web shop", code: "P-1", color: "#4653c7" });
  const bank = await inside("/projects", { name: "Bank portal", code: "P-2", color: "#0f8a8a" });
  const monday = nextMonday();
  const book = (personId: string, projectId: string, from: number, to: number, hours = 8) =>
    inside("/assignments", {
      personId,
      projectId,
      startsOn: iso(from),
      endsOn: iso(to),
      commitment: "confirmed",
      effort: { form: "hours-per-day", minutesPerDay: hours * 60 },
    });
  const bookings = {
    ada: await book(ada.id, shop.id, monday, monday + 4),
    ben: await book(ben.id, bank.id, monday, monday + 4),
    open: await book(open.id, shop.id, monday + 7, monday + 11),
  };
  const address = `/w/${workspace.id}/schedule?at=${iso(monday - 3)}`;
  return {
    workspaceId: workspace.id,
    email,
    passphrase: PASSPHRASE,
    monday,
    address,
    people: { ada: ada.id, ben: ben.id, cleo: cleo.id, dora: dora.id, open: open.id },
    projects: { shop: shop.id, bank: bank.id },
    bookings,
    call,
  };
}

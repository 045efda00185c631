/** A small plan made through the API: three people, an open demand, two projects, a few bookings around next Monday. */
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

export interface SeededPlan {
  readonly workspaceId: string;
  readonly email: string;
  readonly passphrase: string;
  readonly monday: number;
  readonly address: string;
}

type Body = Record<string, unknown>;

/** Signs up a new user in this context (its cookie jar then holds the session) and fills a workspace of theirs. */
export async function seedSchedule(api: APIRequestContext): Promise<SeededPlan> {
  const email = `planner-${Math.random().toString(36).slice(2)}@example.test`;
  const signedUp = await api.post("/api/v1/auth/sign-up", {
    data: { email, password: PASSPHRASE, name: "Planner", cookie: true },
  });
  if (!signedUp.ok()) throw new Error(`sign-up: ${signedUp.status()} ${await signedUp.text()}`);
  const { accessToken } = (await signedUp.json()) as { accessToken: string };
  const post = async (path: string, data: Body): Promise<{ id: string; version: number }> => {
    const answer = await api.post(`/api/v1${path}`, {
      data,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const workspace = await post("/workspaces", { name: "Schedule test" });
  const inside = (path: string, data: Body) => post(`/workspaces/${workspace.id}${path}`, data);
  const role = await inside("/roles", { name: "Developer" });
  const person = (name: string, kind = "person") =>
    inside("/people", {
      name,
      kind,
      roleId: role.id,
      teamIds: [],
      ...(kind === "person" && { weeklyMinutes: 2400 }),
    });
  const ada = await person("Ada Almeida");
  const ben = await person("Ben Berg");
  await person("Cleo Costa");
  const open = await person("Open developer", "placeholder");
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
  await book(ada.id, shop.id, monday, monday + 4);
  await book(ben.id, bank.id, monday, monday + 4);
  await book(open.id, shop.id, monday + 7, monday + 11);
  const address = `/w/${workspace.id}/schedule?at=${iso(monday - 3)}`;
  return { workspaceId: workspace.id, email, passphrase: PASSPHRASE, monday, address };
}

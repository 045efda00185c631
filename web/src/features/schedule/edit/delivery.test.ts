// Deeds on their way to the server: lost connections, overtaken versions, clashes, and what is asked about them.
import { afterEach, describe, expect, it, vi } from "vitest";
import { fakeApi, problem } from "@/test/render";
import type { Bar } from "../model";
import { Connection } from "./connection";
import type { Deed } from "./deeds";
import { type ClashQuestion, Delivery, type DeliveryHost } from "./delivery";

const bar: Bar = {
  id: "a",
  version: 1,
  personId: "p0",
  projectId: "x",
  phaseId: null,
  roleId: null,
  from: 20_000,
  to: 20_004,
  flexible: false,
  tentative: false,
  effort: { form: "hours-per-day", minutesPerDay: 480 },
  note: null,
  pending: false,
};
const wire = (change: object = {}) => ({
  id: "a",
  version: 2,
  personId: "p0",
  projectId: "x",
  startsOn: "2024-10-04",
  endsOn: "2024-10-08",
  effort: bar.effort,
  commitment: "confirmed",
  note: null,
  ...change,
});
const note: Deed = { kind: "patch", id: "a", patch: { note: "mine" } };
const PATCH = "PATCH /workspaces/w1/assignments/a";
const realFetch = globalThis.fetch;

afterEach(() => {
  globalThis.fetch = realFetch;
});

function deliver(host: Partial<DeliveryHost> = {}) {
  const asked = { clash: 0, conflict: 0 };
  const connection = new Connection();
  const delivery = new Delivery("w1", connection, {
    askOnClash: async () => {
      asked.clash += 1;
      return null;
    },
    askOnConflict: async () => {
      asked.conflict += 1;
      return false;
    },
    readAssignment: async () => wire({ version: 5, note: "theirs" }) as never,
    versionOf: () => 1,
    ...host,
  });
  const run = (deeds: Deed[], options = {}) =>
    delivery.deliver(deeds, new Map(deeds.map((deed) => [deed, bar])), options);
  return { asked, connection, delivery, run };
}

describe("delivery", () => {
  it("an_unanswered_create_is_sent_again_under_the_same_key", async () => {
    let tries = 0;
    const calls = fakeApi({
      "POST /workspaces/w1/assignments": () => {
        tries += 1;
        if (tries === 1) throw new TypeError("network");
        return wire();
      },
    });
    const { connection, run } = deliver();
    const { id: _id, version: _version, pending: _pending, ...draft } = bar;
    const done = run([{ kind: "create", draft, temporaryId: "t" }]);
    await vi.waitFor(() => expect(connection.isWaiting()).toBe(true));
    window.dispatchEvent(new Event("online"));
    expect((await done).back).toEqual([{ kind: "remove", id: "a" }]);
    expect(connection.isWaiting()).toBe(false);
    const keys = calls.map((call) => call.headers.get("idempotency-key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("a_form_does_not_wait_for_a_connection", async () => {
    fakeApi({
      [PATCH]: () => {
        throw new TypeError("network");
      },
    });
    const { refused } = await deliver().run([note], { inForm: true });
    expect(refused).toMatchObject([{ problem: { code: "offline" } }]);
  });

  it("a_change_that_is_true_already_is_not_asked_about", async () => {
    fakeApi({ [PATCH]: () => problem(412, { code: "version-mismatch" }) });
    const { asked, run } = deliver({
      readAssignment: async () => wire({ version: 2, note: "mine" }) as never,
    });
    const outcome = await run([note]);
    expect(asked.conflict).toBe(0);
    expect(outcome.back).toEqual([{ kind: "patch", id: "a", patch: { note: null } }]);
  });

  it("our_own_newer_version_is_no_conflict", async () => {
    const calls = fakeApi({
      [PATCH]: (_, headers) =>
        headers.get("if-match") === '"1"' ? problem(412, { code: "version-mismatch" }) : wire({ version: 6 }),
    });
    const { asked, delivery, run } = deliver();
    delivery.noteVersion("a", 5);
    expect((await run([{ ...note, since: 1 }])).refused).toEqual([]);
    expect(asked.conflict).toBe(0);
    expect(calls.map((call) => call.headers.get("if-match"))).toEqual(['"1"', '"5"']);
  });

  it("somebody_elses_version_is_asked_about_and_may_stay", async () => {
    const calls = fakeApi({ [PATCH]: () => problem(412, { code: "version-mismatch" }) });
    const { asked, run } = deliver();
    const outcome = await run([note]);
    expect(asked.conflict).toBe(1);
    expect(outcome).toMatchObject({ yielded: 1, back: [], refused: [] });
    expect(calls).toHaveLength(1);
  });

  it("of_many_only_the_overtaken_are_asked_about", async () => {
    fakeApi({
      "POST /workspaces/w1/assignments/bulk": () => ({
        results: [
          { id: "a", status: 200, body: wire() },
          { id: "b", status: 412, problem: { code: "version-mismatch" } },
        ],
      }),
      "PATCH /workspaces/w1/assignments/b": () => problem(412, { code: "version-mismatch" }),
    });
    const { asked, run } = deliver();
    const outcome = await run([note, { kind: "patch", id: "b", patch: { note: "mine" } }]);
    expect(asked.conflict).toBe(1);
    expect(outcome.back).toHaveLength(1);
    expect(outcome.yielded).toBe(1);
  });

  it("what_was_chosen_before_the_drop_is_not_asked_again_and_undone_whole", async () => {
    let tries = 0;
    fakeApi({
      [PATCH]: () => {
        tries += 1;
        return tries === 1 ? problem(409, { code: "clash", clashes: [] }) : wire({ commitment: "tentative" });
      },
    });
    const { asked, run } = deliver();
    const outcome = await run([{ kind: "patch", id: "a", patch: { personId: "p1" } }], {
      onClash: "tentative",
    });
    expect(asked.clash).toBe(0);
    expect(outcome.back).toEqual([{ kind: "patch", id: "a", patch: { personId: "p0", tentative: false } }]);
  });

  it("a_clash_is_asked_about_with_whose_it_is", async () => {
    const clash = {
      scope: "day",
      from: "2024-10-04",
      to: "2024-10-04",
      loadMinutes: 960,
      capacityMinutes: 480,
    };
    fakeApi({ [PATCH]: () => problem(409, { code: "clash", clashes: [clash] }) });
    const heard: ClashQuestion[] = [];
    const { run } = deliver({
      askOnClash: async (question) => {
        heard.push(question);
        return null;
      },
    });
    await run([{ kind: "patch", id: "a", patch: { personId: "p1" } }]);
    await run([{ kind: "patch", id: "a", patch: { to: 20_009 } }]);
    expect(heard.map(({ clashes }) => clashes.map((one) => one.personId))).toEqual([["p1"], ["p0"]]);
  });
});

import { beforeEach, expect, test } from "vitest";
import { fakeApi, problem } from "@/test/render";
import { request } from "./client";
import { ApiProblem } from "./problem";
import { session } from "./session";
import type { Tokens } from "./types";

const tokens = (accessToken: string): Tokens => ({
  accessToken,
  tokenType: "Bearer",
  expiresIn: 600,
  user: { id: "u1", email: "ana@example.test", name: "Ana", platformAdmin: false },
});

beforeEach(() => session.signedIn(tokens("old")));

test("an expired token is refreshed once and the call repeated", async () => {
  const calls = fakeApi({
    "GET /workspaces": (_, headers) =>
      headers.get("authorization") === "Bearer new"
        ? { items: [] }
        : problem(401, { code: "unauthenticated" }),
    "POST /auth/refresh": () => tokens("new"),
  });
  expect(await request("GET", "/workspaces")).toEqual({ items: [] });
  expect(calls.map((one) => one.call)).toEqual(["GET /workspaces", "POST /auth/refresh", "GET /workspaces"]);
});

test("calls that expire together share one refresh", async () => {
  const calls = fakeApi({
    "GET /workspaces": (_, headers) => (headers.get("authorization") === "Bearer new" ? {} : problem(401)),
    "POST /auth/refresh": () => tokens("new"),
  });
  await Promise.all([
    request("GET", "/workspaces"),
    request("GET", "/workspaces"),
    request("GET", "/workspaces"),
  ]);
  expect(calls.filter((one) => one.call === "POST /auth/refresh")).toHaveLength(1);
});

test("a session that ended signs out", async () => {
  fakeApi({ "GET /workspaces": () => problem(401), "POST /auth/refresh": () => problem(401) });
  await expect(request("GET", "/workspaces")).rejects.toBeInstanceOf(ApiProblem);
  expect(session.get().status).toBe("signed-out");
  expect(session.token()).toBeNull();
});

test("a refusal carries its code and the fields at fault", async () => {
  fakeApi({
    "POST /workspaces": () =>
      problem(422, {
        code: "invalid",
        title: "Rule",
        errors: [{ pointer: "/name", code: "empty", detail: "Say it" }],
      }),
  });
  const error = await request("POST", "/workspaces", { body: {} }).catch((one) => one as ApiProblem);
  expect(error).toBeInstanceOf(ApiProblem);
  expect((error as ApiProblem).code).toBe("invalid");
  expect((error as ApiProblem).at("/name")?.detail).toBe("Say it");
});

test("the version goes out as a strong tag", async () => {
  const calls = fakeApi({ "PATCH /x": () => ({}) });
  await request("PATCH", "/x", { ifMatch: 4, body: { name: "b" } });
  expect(calls[0]?.headers.get("if-match")).toBe('"4"');
});

test("tokens never touch the storage of the browser", async () => {
  fakeApi({ "POST /auth/refresh": () => tokens("secret-token") });
  session.signedIn(tokens("secret-token"));
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("secret-token");
});

// Signing in and out, and what the signed-in user belongs to.
import { queryOptions } from "@tanstack/react-query";
import { request, workspacePath } from "./client";
import { newId } from "./newId";
import type { components } from "./schema.gen";
import { refresh, session } from "./session";
import type { Me, Tokens, Workspace } from "./types";

export const me = (signal?: AbortSignal): Promise<Me> => request<Me>("GET", "/auth/me", { signal });

export const meOptions = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => me(signal),
  staleTime: 60_000,
});

export async function signIn(email: string, password: string): Promise<void> {
  session.signedIn(
    await request<Tokens>("POST", "/auth/sign-in", { body: { email, password, cookie: true } }),
  );
}

export interface SignUp {
  name: string;
  email: string;
  password: string;
  joinToken?: string;
}

export async function signUp(details: SignUp): Promise<void> {
  session.signedIn(await request<Tokens>("POST", "/auth/sign-up", { body: { ...details, cookie: true } }));
}

/** Ends the session and begins the page anew, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  await request("POST", "/auth/sign-out").catch(() => undefined);
  session.leave();
  window.location.replace("/sign-in");
}

/** Whether somebody is signed in; asks the server the first time. */
export async function isSignedIn(): Promise<boolean> {
  if (session.get().status === "unknown") return refresh();
  return session.get().status === "signed-in";
}

export const createWorkspace = (name: string, timeZone: string, holidayRegion?: string) =>
  request<Workspace>("POST", "/workspaces", {
    body: { name, settings: { timeZone, holidayRegion } },
    idempotencyKey: newId(),
  });

/** Fills an empty workspace with a made-up company. */
export const fillWithDemo = (workspaceId: string) =>
  request<components["schemas"]["Filled"]>("POST", `${workspacePath(workspaceId)}/demo`);

export const joinWorkspace = (token: string) =>
  request<{ workspaceId: string }>("POST", "/auth/join", { body: { token } });

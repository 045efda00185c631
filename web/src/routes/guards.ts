// Who may see a route, and where else to go.
import { redirect } from "@tanstack/react-router";
import { isSignedIn, me } from "@/api/account";

/** Only paths of this app: another site in `next` would be an open redirect. */
export const safeNext = (next: unknown): string | undefined =>
  typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : undefined;

export async function requireSignIn({ location }: { location: { href: string } }) {
  if (!(await isSignedIn())) {
    throw redirect({ to: "/sign-in", search: { next: safeNext(location.href) } });
  }
}

export async function onlySignedOut({ search }: { search: { next?: string } }) {
  const signedIn = await isSignedIn().catch(() => false);
  if (signedIn) throw redirect({ href: search.next ?? "/" });
}

/** Who has one workspace has nothing to choose. */
export async function openOnlyWorkspace(at: { location: { href: string } }) {
  await requireSignIn(at);
  const [only, ...others] = (await me()).workspaces;
  if (only && others.length === 0) {
    throw redirect({
      to: "/w/$workspaceId/schedule",
      params: { workspaceId: only.workspace.id },
      replace: true,
    });
  }
}

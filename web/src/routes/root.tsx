// The root of the route tree and the routes before a workspace is open.

import { useLingui } from "@lingui/react/macro";
import {
  createRootRoute,
  createRoute,
  lazyRouteComponent,
  Outlet,
  useNavigate,
  useRouter,
} from "@tanstack/react-router";
import { JoinPage } from "@/features/account/JoinPage";
import { SignInPage } from "@/features/account/SignInPage";
import { SignUpPage } from "@/features/account/SignUpPage";
import { WorkspacesPage } from "@/features/account/WorkspacesPage";
import { GlobalActions } from "@/features/shell/GlobalActions";
import { ShellSkeleton } from "@/features/shell/ShellSkeleton";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState, ErrorState } from "@/shared/ui/states";
import { onlySignedOut, openOnlyWorkspace, requireSignIn, safeNext } from "./guards";
import { validatePlatform } from "./search";

function NotFound() {
  const { t } = useLingui();
  return (
    <main>
      <EmptyState
        icon="search"
        title={t`There is nothing here`}
        action={
          <a href="/" className={buttonClass()}>
            {t`To the start`}
          </a>
        }
      >
        {t`The address may be mistyped, or the page has moved.`}
      </EmptyState>
    </main>
  );
}

function Failed({ error }: { error: unknown }) {
  const router = useRouter();
  return <ErrorState error={error} onRetry={() => void router.invalidate()} />;
}

export const rootRoute = createRootRoute({
  component: () => (
    <>
      <GlobalActions />
      <Outlet />
    </>
  ),
  notFoundComponent: NotFound,
  errorComponent: Failed,
  pendingComponent: ShellSkeleton,
});

interface NextSearch {
  next?: string;
}

const nextSearch = (search: Record<string, unknown>): NextSearch => ({ next: safeNext(search.next) });

const joinTokenOf = (next: string | undefined) => /^\/join#(.+)$/.exec(next ?? "")?.[1];

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: nextSearch,
  beforeLoad: onlySignedOut,
  component: function SignIn() {
    const { next } = signInRoute.useSearch();
    const router = useRouter();
    return <SignInPage next={next} onSignedIn={() => router.history.push(next ?? "/")} />;
  },
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  validateSearch: nextSearch,
  beforeLoad: onlySignedOut,
  component: function SignUp() {
    const { next } = signUpRoute.useSearch();
    const router = useRouter();
    const joinToken = joinTokenOf(next);
    const done = () => router.history.push(joinToken ? "/" : (next ?? "/"));
    return <SignUpPage next={next} joinToken={joinToken} onSignedUp={done} />;
  },
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join",
  beforeLoad: requireSignIn,
  component: function Join() {
    const navigate = useNavigate();
    const token = window.location.hash.slice(1);
    const open = (workspaceId: string) =>
      void navigate({ to: "/w/$workspaceId/schedule", params: { workspaceId } });
    return <JoinPage token={token} onJoined={open} />;
  },
});

function Workspaces() {
  const navigate = useNavigate();
  const open = (workspaceId: string) =>
    void navigate({ to: "/w/$workspaceId/start", params: { workspaceId } });
  return <WorkspacesPage onOpen={open} />;
}

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: openOnlyWorkspace,
  component: Workspaces,
});

const workspacesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/workspaces",
  beforeLoad: requireSignIn,
  component: Workspaces,
});

const platformRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/platform",
  validateSearch: validatePlatform,
  beforeLoad: requireSignIn,
  component: lazyRouteComponent(() => import("@/features/platform/PlatformPage"), "PlatformPage"),
});

export const outerRoutes = [homeRoute, signInRoute, signUpRoute, joinRoute, workspacesRoute, platformRoute];

// The frame of a workspace: navigation, palette, live updates, and the page in the middle.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { meOptions } from "@/api/account";
import { useWorkspaceEvents } from "@/api/events";
import type { Id, WorkspaceMembership } from "@/api/types";
import type { Action } from "@/shared/actions/action";
import { useActions } from "@/shared/actions/useActions";
import { useAsOf } from "@/shared/asOf";
import { NavigationSlot } from "@/shared/layout/Page";
import { chooseTheme, currentTheme } from "@/shared/theme";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState, ErrorState } from "@/shared/ui/states";
import { WorkspaceContext } from "@/shared/workspace/context";
import { AsOfBanner } from "./AsOfBanner";
import { OfflineBanner } from "./OfflineBanner";
import { ShellSkeleton } from "./ShellSkeleton";
import { Sidebar, usePlaces } from "./Sidebar";
import { useObjectActions } from "./useObjectActions";

const MobileSidebar = lazy(() => import("./MobileSidebar").then((m) => ({ default: m.MobileSidebar })));
const MOBILE = (
  <Suspense fallback={<div className="size-9 shrink-0 md:hidden" />}>
    <MobileSidebar />
  </Suspense>
);

function ShellActions({ membership }: { membership: WorkspaceMembership }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const places = usePlaces();
  const asOf = useAsOf();
  const workspaceId = membership.workspace.id;
  const actions = useMemo<Action[]>(
    () => [
      ...places.flat().map((place) => ({
        id: `go-${place.to}`,
        label: t`Go to ${place.label}`,
        section: t`Pages`,
        icon: place.icon,
        shortcut: place.shortcut,
        permission: place.permission,
        run: () =>
          void navigate({
            to: `/w/${workspaceId}/${place.to}` as string,
            search: (asOf ? { asOf } : {}) as never,
          }),
      })),
      {
        id: "toggle-theme",
        label: t`Change between light and dark`,
        section: t`General`,
        icon: "moon",
        run: () => chooseTheme(currentTheme() === "dark" ? "light" : "dark"),
      },
      {
        id: "switch-workspace",
        label: t`Change workspace`,
        section: t`General`,
        icon: "building",
        run: () => void navigate({ to: "/workspaces" }),
      },
    ],
    [t, navigate, places, workspaceId, asOf],
  );
  useActions(actions);
  useObjectActions(workspaceId);
  return null;
}

function Frame({ membership, children }: { membership: WorkspaceMembership; children: ReactNode }) {
  const { t } = useLingui();
  useWorkspaceEvents(membership.workspace.id);
  return (
    <WorkspaceContext value={membership}>
      <NavigationSlot value={MOBILE}>
        <ShellActions membership={membership} />
        <a
          href="#main"
          className={buttonClass("primary", "sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2")}
        >
          {t`Skip to the content`}
        </a>
        <div className="flex min-h-dvh">
          <Sidebar />
          <div className="flex min-w-0 flex-1 flex-col has-[[data-fill]]:h-dvh print:has-[[data-fill]]:h-auto">
            <OfflineBanner />
            <AsOfBanner />
            <main
              id="main"
              tabIndex={-1}
              className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none"
            >
              {children}
            </main>
          </div>
        </div>
      </NavigationSlot>
    </WorkspaceContext>
  );
}

export function Shell({ workspaceId, children }: { workspaceId: Id; children: ReactNode }) {
  const { t } = useLingui();
  const me = useQuery(meOptions);
  if (me.data) {
    const membership = me.data.workspaces.find((one) => one.workspace.id === workspaceId);
    if (membership) return <Frame membership={membership}>{children}</Frame>;
    return (
      <main>
        <EmptyState
          icon="building"
          title={t`This workspace doesn't exist`}
          action={
            <a href="/" className={buttonClass()}>
              {t`Your workspaces`}
            </a>
          }
        >
          {t`Or you are not a member of it.`}
        </EmptyState>
      </main>
    );
  }
  if (me.error) return <ErrorState error={me.error} onRetry={() => void me.refetch()} />;
  return <ShellSkeleton />;
}

// The way between pages.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { useAsOf } from "@/shared/asOf";
import { Icon, type IconName } from "@/shared/ui/Icon";
import { useCan, useWorkspace } from "@/shared/workspace/context";
import type { Permission } from "@/shared/workspace/permissions";

// The menus come after the first paint; their place is kept.
const UserMenu = lazy(() => import("./UserMenu").then((m) => ({ default: m.UserMenu })));
const WorkspaceSwitcher = lazy(() =>
  import("./WorkspaceSwitcher").then((m) => ({ default: m.WorkspaceSwitcher })),
);
const PLACE = <div className="h-10 shrink-0" />;

export interface Place {
  to: string;
  label: string;
  icon: IconName;
  shortcut?: string;
  permission?: Permission;
}

/** The pages of a workspace in groups, in the order in which a planner needs them. */
export function usePlaces(): Place[][] {
  const { t } = useLingui();
  const can = useCan();
  return useMemo(() => {
    const groups: Place[][] = [
      [
        { to: "schedule", label: t`Schedule`, icon: "schedule", shortcut: "G S" },
        { to: "dashboard", label: t`Dashboard`, icon: "dashboard", shortcut: "G D" },
        { to: "reports", label: t`Reports`, icon: "report", shortcut: "G R" },
        { to: "time-off", label: t`Time off`, icon: "calendar", shortcut: "G O" },
      ],
      [
        { to: "people", label: t`People`, icon: "people", shortcut: "G P" },
        { to: "projects", label: t`Projects`, icon: "folder", shortcut: "G J" },
        { to: "clients", label: t`Clients`, icon: "building", shortcut: "G C" },
        { to: "teams", label: t`Teams`, icon: "team", shortcut: "G T" },
        { to: "skills", label: t`Skills`, icon: "skill", shortcut: "G K" },
        { to: "roles", label: t`Roles`, icon: "user", shortcut: "G L" },
      ],
      [
        { to: "import", label: t`Import`, icon: "upload", shortcut: "G I", permission: "import" },
        { to: "settings", label: t`Settings`, icon: "settings", shortcut: "G E" },
      ],
    ];
    return groups.map((group) => group.filter((place) => !place.permission || can(place.permission)));
  }, [t, can]);
}

export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const places = usePlaces();
  const asOf = useAsOf();
  return (
    <div className="flex h-full flex-col gap-1 p-2">
      <Suspense fallback={PLACE}>
        <WorkspaceSwitcher />
      </Suspense>
      <nav aria-label={t`Pages`} className="flex flex-1 flex-col gap-4 overflow-y-auto pt-2">
        {places.map((group) => (
          <ul key={group[0]?.to} className="flex flex-col gap-px">
            {group.map((place) => (
              <li key={place.to}>
                <Link
                  to={`/w/${workspace.id}/${place.to}` as string}
                  search={(asOf ? { asOf } : {}) as never}
                  activeOptions={{ includeSearch: false }}
                  onClick={onNavigate}
                  className="flex h-8 items-center gap-2.5 rounded-md px-2 text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-text"
                  activeProps={{ "aria-current": "page" }}
                >
                  <Icon name={place.icon} />
                  {place.label}
                </Link>
              </li>
            ))}
          </ul>
        ))}
      </nav>
      <Suspense fallback={PLACE}>
        <UserMenu />
      </Suspense>
    </div>
  );
}

export function Sidebar() {
  return (
    <aside className="no-print sticky top-0 hidden h-dvh w-(--sidebar) shrink-0 border-e border-line bg-canvas md:block">
      <Navigation />
    </aside>
  );
}

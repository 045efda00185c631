// The settings, by sections: one's own, then the workspace's for those who run it.
import { useLingui } from "@lingui/react/macro";
import { Link, useParams } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { Page } from "@/shared/layout/Page";
import { EmptyState } from "@/shared/ui/states";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import type { Permission } from "@/shared/workspace/permissions";
import { AuditSection } from "./AuditSection";
import { CalendarsSection } from "./CalendarsSection";
import { HolidaysSection } from "./HolidaysSection";
import { MembersSection } from "./MembersSection";
import { ProfileSection } from "./ProfileSection";
import { SecuritySection } from "./SecuritySection";
import { TimeTravelSection } from "./TimeTravelSection";
import { WorkspaceSection } from "./WorkspaceSection";

interface Part {
  id: string;
  label: string;
  permission?: Permission;
  body: ComponentType;
}

export function SettingsPage() {
  const { t } = useLingui();
  const can = useCan();
  const workspaceId = useWorkspaceId();
  const { section } = useParams({ strict: false });
  const parts: Part[] = [
    { id: "profile", label: t`Profile`, body: ProfileSection },
    { id: "security", label: t`Password and sessions`, body: SecuritySection },
    { id: "workspace", label: t`Workspace`, permission: "manage-settings", body: WorkspaceSection },
    { id: "members", label: t`Members`, permission: "manage-members", body: MembersSection },
    { id: "calendars", label: t`Calendars`, body: CalendarsSection },
    { id: "holidays", label: t`Holidays`, body: HolidaysSection },
    { id: "time-travel", label: t`Time travel`, body: TimeTravelSection },
    { id: "audit", label: t`Audit trail`, permission: "read-audit", body: AuditSection },
  ];
  const allowed = parts.filter((part) => !part.permission || can(part.permission));
  const Body = allowed.find((part) => part.id === section)?.body;
  return (
    <Page title={t`Settings`}>
      <div className="flex flex-col gap-6 md:flex-row md:gap-10">
        <nav
          aria-label={t`Sections of the settings`}
          className="relative shrink-0 max-md:-mx-3 max-md:overflow-x-auto max-md:px-3 md:w-48"
        >
          <ul className="flex gap-px md:flex-col">
            {allowed.map((part) => (
              <li key={part.id}>
                <Link
                  to="/w/$workspaceId/settings/$section"
                  params={{ workspaceId, section: part.id }}
                  search={{}}
                  activeOptions={{ includeSearch: false }}
                  activeProps={{ "aria-current": "page" }}
                  className="flex h-8 items-center rounded-md px-2.5 whitespace-nowrap text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-selected aria-[current=page]:font-medium aria-[current=page]:text-text"
                >
                  {part.label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 max-w-3xl flex-1">
          {Body ? (
            <Body />
          ) : (
            <EmptyState icon="settings" title={t`There is nothing here`}>
              {t`This section doesn't exist, or it is not for your role.`}
            </EmptyState>
          )}
        </div>
      </div>
    </Page>
  );
}

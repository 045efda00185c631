// The whole installation, for platform admins: health, workspaces, users.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { meOptions } from "@/api/account";
import { Page } from "@/shared/layout/Page";
import { buttonClass } from "@/shared/ui/Button";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { HealthSection } from "./HealthSection";
import { TrailSection } from "./TrailSection";
import { UsersSection } from "./UsersSection";
import { WorkspacesSection } from "./WorkspacesSection";

export function PlatformPage() {
  const { t } = useLingui();
  const me = useQuery(meOptions);
  return (
    <main className="min-h-dvh bg-surface">
      <Page
        title={t`Platform`}
        actions={
          <Link to="/" className={buttonClass()}>
            {t`Your workspaces`}
          </Link>
        }
      >
        <div className="mx-auto max-w-4xl">
          <Loaded query={me}>
            {({ user }) =>
              user.platformAdmin ? (
                <>
                  <HealthSection />
                  <WorkspacesSection />
                  <UsersSection />
                  <TrailSection />
                </>
              ) : (
                <EmptyState icon="shield" title={t`Only for platform admins`}>
                  {t`This page is for those who run the installation.`}
                </EmptyState>
              )
            }
          </Loaded>
        </div>
      </Page>
    </main>
  );
}

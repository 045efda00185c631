// The whole installation, for platform admins: workspaces, users, health.
import { useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { request } from "@/api/client";
import type { Page as PageOf, Stored, User } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Page } from "@/shared/layout/Page";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Loaded } from "@/shared/ui/states";
import { toastFailed } from "@/shared/ui/toast";

type PlatformUser = User & { suspended?: boolean; version?: number };
type Health = { status?: string; checks?: Record<string, string | { status?: string }> };

const get = <T,>(path: string) => ({
  queryKey: ["platform", path],
  queryFn: ({ signal }: { signal: AbortSignal }) => request<T>("GET", path, { signal }),
});

function HealthSection() {
  const { t } = useLingui();
  const query = useQuery({
    queryKey: ["platform", "health"],
    queryFn: async ({ signal }) => (await (await fetch("/api/health", { signal })).json()) as Health,
  });
  return (
    <Section title={t`Health`}>
      <Loaded query={query} rows={2}>
        {(health) => (
          <Rows empty={health.status ?? t`Unknown`}>
            {Object.entries(health.checks ?? {}).map(([name, check]) => {
              const status = typeof check === "string" ? check : (check.status ?? "");
              const good = ["ok", "up", "pass", "healthy"].includes(status);
              return (
                <Row key={name} actions={<Badge tone={good ? "good" : "danger"}>{status}</Badge>}>
                  {name}
                </Row>
              );
            })}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

export function PlatformPage() {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const client = useQueryClient();
  const workspaces = useQuery(get<PageOf<Stored & { name: string }>>("/platform/workspaces"));
  const users = useQuery(get<PageOf<PlatformUser>>("/platform/users"));
  const suspend = (user: PlatformUser) =>
    request("PATCH", `/platform/users/${user.id}`, {
      body: { suspended: !user.suspended },
      ifMatch: user.version,
    })
      .catch((error) => toastFailed(problem(error).title, problem(error).detail))
      .finally(() => void client.invalidateQueries({ queryKey: ["platform"] }));
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
          <HealthSection />
          <Section title={t`Workspaces`}>
            <Loaded query={workspaces} rows={4}>
              {({ items }) => (
                <Rows empty={t`None yet`}>
                  {items.map((one) => (
                    <Row key={one.id}>
                      <span className="flex-1 font-medium">{one.name}</span>
                      <span className="text-muted">{format.instant(one.createdAt)}</span>
                    </Row>
                  ))}
                </Rows>
              )}
            </Loaded>
          </Section>
          <Section title={t`Users`}>
            <Loaded query={users} rows={4}>
              {({ items }) => (
                <Rows empty={t`Nobody`}>
                  {items.map((user) => (
                    <Row
                      key={user.id}
                      actions={
                        <Button onClick={() => void suspend(user)}>
                          {user.suspended ? t`Let in again` : t`Suspend`}
                        </Button>
                      }
                    >
                      <Avatar name={user.name} />
                      <span className="font-medium">{user.name}</span>
                      <span className="text-muted">{user.email}</span>
                      {user.platformAdmin && <Badge tone="accent">{t`Platform admin`}</Badge>}
                      {user.suspended && <Badge tone="danger">{t`Suspended`}</Badge>}
                    </Row>
                  ))}
                </Rows>
              )}
            </Loaded>
          </Section>
        </div>
      </Page>
    </main>
  );
}

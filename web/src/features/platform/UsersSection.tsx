// Every login: found by mail address, suspended and let in again.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { request } from "@/api/client";
import { session } from "@/api/session";
import { useFormat } from "@/shared/i18n/format";
import { Row } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { ConfirmDialog } from "@/shared/ui/Dialog";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { type PlatformUser, useRefreshPlatform } from "./data";
import { PlatformList } from "./PlatformList";

export function UsersSection() {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const refresh = useRefreshPlatform();
  const [asked, setAsked] = useState<PlatformUser | null>(null);
  const act = (user: PlatformUser, what: "suspend" | "restore", done: string) =>
    request("POST", `/platform/users/${user.id}/${what}`)
      .then(() => toastDone(done))
      .catch((error) => toastFailed(problem(error).title, problem(error).detail))
      .finally(refresh);
  const own = session.get().user?.id;
  const email = asked?.email ?? "";
  return (
    <>
      <PlatformList<PlatformUser>
        list="users"
        title={t`Users`}
        hint={t`Whoever is suspended is signed out everywhere within a second.`}
        searchLabel={t`Search by e-mail`}
        row={(user) => (
          <Row
            key={user.id}
            actions={
              user.id !== own &&
              (user.suspended ? (
                <Button onClick={() => void act(user, "restore", t`${user.email} may sign in again`)}>
                  {t`Let in again`}
                </Button>
              ) : (
                <Button onClick={() => setAsked(user)}>{t`Suspend`}</Button>
              ))
            }
          >
            <Avatar name={user.name} />
            <span className="font-medium">{user.name}</span>
            <span className="text-muted">{user.email}</span>
            <span className="text-sm text-muted">
              {t`${plural(user.workspaces, { one: "# workspace", other: "# workspaces" })}, ${plural(user.sessions, { one: "# session", other: "# sessions" })}, since ${format.instant(user.createdAt)}`}
            </span>
            {user.platformAdmin && <Badge tone="accent">{t`Platform admin`}</Badge>}
            {user.suspended && <Badge tone="danger">{t`Suspended`}</Badge>}
          </Row>
        )}
      />
      <ConfirmDialog
        danger
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={t`Suspend ${email}?`}
        text={t`They are signed out everywhere and can't sign in until they are let in again. What they planned stays.`}
        confirmLabel={t`Suspend`}
        onConfirm={() => asked && act(asked, "suspend", t`${email} is suspended`)}
      />
    </>
  );
}

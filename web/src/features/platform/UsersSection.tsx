// Every login: found by mail address or name, suspended and let in again, made a platform admin and unmade.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { meOptions } from "@/api/account";
import { request } from "@/api/client";
import { session } from "@/api/session";
import { useFormat } from "@/shared/i18n/format";
import { Row } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { IconButton } from "@/shared/ui/Button";
import { ConfirmDialog } from "@/shared/ui/Dialog";
import { Menu } from "@/shared/ui/Menu";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { type PlatformUser, useRefreshPlatform } from "./data";
import { PlatformList } from "./PlatformList";

type Deed = "suspend" | "restore" | "make-platform-admin" | "unmake-platform-admin";

interface Asked {
  user: PlatformUser;
  deed: Deed;
}

function useDeeds() {
  const { t } = useLingui();
  const problem = useProblemText();
  const client = useQueryClient();
  const refresh = useRefreshPlatform();
  const act = (user: PlatformUser, deed: Deed, done: string) =>
    request("POST", `/platform/users/${user.id}/${deed}`)
      .then(() => toastDone(done))
      .catch((error) => toastFailed(problem(error).title, problem(error).detail))
      .finally(() => Promise.all([refresh(), client.invalidateQueries({ queryKey: meOptions.queryKey })]));
  return ({ user, deed }: Asked) => {
    const { email } = user;
    const words = {
      suspend: {
        title: t`Suspend ${email}?`,
        text: t`They are signed out everywhere and can't sign in until they are let in again. What they planned stays.`,
        label: t`Suspend`,
        done: t`${email} is suspended`,
      },
      restore: {
        title: t`Let ${email} in again?`,
        text: t`They can sign in again at once.`,
        label: t`Let in again`,
        done: t`${email} may sign in again`,
      },
      "make-platform-admin": {
        title: t`Make ${email} a platform admin?`,
        text: t`They can suspend every user, enter every workspace, and make other platform admins. The audit trail of the platform says who did it.`,
        label: t`Make platform admin`,
        done: t`${email} is a platform admin`,
      },
      "unmake-platform-admin": {
        title: t`Take the platform from ${email}?`,
        text: t`They keep their account and their workspaces, but no longer run the installation.`,
        label: t`Take away`,
        done: t`${email} is no longer a platform admin`,
      },
    }[deed];
    return { ...words, run: () => act(user, deed, words.done) };
  };
}

export function UsersSection() {
  const { t } = useLingui();
  const format = useFormat();
  const deedOf = useDeeds();
  const [asked, setAsked] = useState<Asked | null>(null);
  const own = session.get().user?.id;
  const choices = (user: PlatformUser) => {
    const ask = (deed: Deed, label: string, danger = false) => ({
      id: deed,
      label,
      danger,
      run: () => setAsked({ user, deed }),
    });
    const role = user.platformAdmin
      ? ask("unmake-platform-admin", t`No longer a platform admin…`, true)
      : ask("make-platform-admin", t`Make platform admin…`);
    if (user.id === own) return [role];
    return [role, user.suspended ? ask("restore", t`Let in again…`) : ask("suspend", t`Suspend…`, true)];
  };
  const deed = asked && deedOf(asked);
  return (
    <>
      <PlatformList<PlatformUser>
        list="users"
        title={t`Users`}
        hint={t`Whoever is suspended is signed out everywhere within a second.`}
        searchLabel={t`Search by e-mail or name`}
        row={(user) => (
          <Row
            key={user.id}
            actions={
              <Menu
                align="end"
                trigger={<IconButton icon="dots" label={t`Actions for ${user.email}`} />}
                groups={[{ items: choices(user) }]}
              />
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
      {deed && (
        <ConfirmDialog
          open
          danger={asked.deed !== "restore"}
          onOpenChange={() => setAsked(null)}
          title={deed.title}
          text={deed.text}
          confirmLabel={deed.label}
          onConfirm={deed.run}
        />
      )}
    </>
  );
}

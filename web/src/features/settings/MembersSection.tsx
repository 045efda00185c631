// Who belongs to the workspace, in which role, and the links by which others join.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { type Change, useChange, useWorkspaceQuery } from "@/api/queries";
import { session } from "@/api/session";
import type { JoinLink, Member, Role } from "@/api/types";
import { copyText } from "@/shared/copyText";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { optionsOf, useNames } from "@/shared/names";
import { useProblemText } from "@/shared/problems";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { Button, IconButton } from "@/shared/ui/Button";
import { ConfirmDialog } from "@/shared/ui/Dialog";
import { Checkbox, Select } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";

const PAY_READ = "pay:read";
const CAN_HOLD_PAY: readonly Role[] = ["resource-manager", "project-manager"];

function useSend() {
  const problem = useProblemText();
  const change = useChange<JoinLink | undefined>(useWorkspaceId(), "members");
  return (one: Change) =>
    change.mutateAsync(one).catch((error) => {
      const { title, detail } = problem(error);
      toastFailed(title, detail);
      return undefined;
    });
}

function MemberRow({ member, onRemove }: { member: Member; onRemove: () => void }) {
  const { t } = useLingui();
  const names = useNames();
  const send = useSend();
  const can = useCan();
  const locked = member.role === "owner" && !can("manage-owners");
  const path = `/members/${member.userId}`;
  const patch = (body: Partial<Member>) => send({ method: "PATCH", path, body, version: member.version });
  const roles = optionsOf(names.role).filter(
    ({ value }) => value !== "owner" || can("manage-owners") || locked,
  );
  const self = member.userId === session.get().user?.id;
  const [asked, setAsked] = useState<Role | null>(null);
  const asking = names.role[asked ?? member.role];
  return (
    <Row
      actions={
        <>
          <Select
            hideLabel
            label={t`Role of ${member.name}`}
            className="w-48"
            disabled={locked}
            value={member.role}
            options={roles}
            onChange={(role) => (self ? setAsked(role as Role) : void patch({ role: role as Role }))}
          />
          {!locked && !self && (
            <IconButton icon="trash" label={t`Remove ${member.name}`} onClick={onRemove} />
          )}
          <ConfirmDialog
            danger
            open={asked !== null}
            onOpenChange={() => setAsked(null)}
            title={t`Give yourself the role ${asking}?`}
            text={t`You may lose the right to change it back.`}
            confirmLabel={t`Change my role`}
            onConfirm={() => asked && patch({ role: asked })}
          />
        </>
      }
    >
      <Avatar name={member.name} />
      <span className="font-medium">{member.name}</span>
      <span className="text-muted">{member.email}</span>
      {member.status !== "active" && <Badge tone="warn">{t`Suspended`}</Badge>}
      {CAN_HOLD_PAY.includes(member.role) && (
        <Checkbox
          className="text-sm text-muted"
          label={t`May see pay`}
          checked={member.permissions.includes(PAY_READ)}
          onChange={(on) => void patch({ permissions: on ? [PAY_READ] : [] })}
        />
      )}
    </Row>
  );
}

function JoinLinks() {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const workspaceId = useWorkspaceId();
  const send = useSend();
  const [role, setRole] = useState<Role>("member");
  const [link, setLink] = useState<string | null>(null);
  const query = useWorkspaceQuery<{ items: JoinLink[] }>(workspaceId, "members", "/join-links");
  const make = async () => {
    const made = await send({ method: "POST", path: "/join-links", body: { role } });
    if (made?.token) setLink(`${window.location.origin}/join#${made.token}`);
  };
  const copy = () =>
    void copyText(link ?? "").then(
      () => toastDone(t`Copied`),
      () => toastFailed(t`Nothing was copied`, t`Choose the link and copy it by hand.`),
    );
  const roles = optionsOf(names.role).filter(({ value }) => value !== "owner");
  return (
    <Section
      title={t`Invite by link`}
      hint={t`A link is for one person: the first who opens it within 7 days joins in the role that you choose here. Make one for each.`}
    >
      <div className="mb-3 flex items-end gap-2">
        <Select
          label={t`Role`}
          className="w-48"
          value={role}
          options={roles}
          onChange={(value) => setRole(value as Role)}
        />
        <Button onClick={() => void make()}>{t`Make a link`}</Button>
      </div>
      {link && (
        <div role="status" className="mb-3 flex items-center gap-2 rounded-md bg-good-soft px-3 py-2">
          <code className="min-w-0 flex-1 truncate font-mono text-sm select-all">{link}</code>
          <Button onClick={copy}>{t`Copy`}</Button>
        </div>
      )}
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <Rows empty={t`No open links`}>
            {items.map((one) => (
              <Row
                key={one.id}
                actions={
                  <IconButton
                    icon="trash"
                    label={t`Withdraw the link`}
                    onClick={() => void send({ method: "DELETE", path: `/join-links/${one.id}` })}
                  />
                }
              >
                <span className="font-medium">{names.role[one.role]}</span>
                <span className="text-muted">{t`works until ${format.instant(one.expiresAt)}`}</span>
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

export function MembersSection() {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const send = useSend();
  const [asked, setAsked] = useState<Member | null>(null);
  const query = useWorkspaceQuery<{ items: Member[] }>(workspaceId, "members", "/members");
  const name = asked?.name ?? "";
  return (
    <>
      <Section title={t`Members`}>
        <Loaded query={query} rows={4}>
          {({ items }) => (
            <Rows empty={t`Nobody`}>
              {items.map((member) => (
                <MemberRow key={member.userId} member={member} onRemove={() => setAsked(member)} />
              ))}
            </Rows>
          )}
        </Loaded>
      </Section>
      <JoinLinks />
      <ConfirmDialog
        danger
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={t`Remove ${name} from the workspace?`}
        text={t`They lose access at once. The person on the schedule stays.`}
        confirmLabel={t`Remove`}
        onConfirm={() =>
          asked && send({ method: "DELETE", path: `/members/${asked.userId}`, version: asked.version })
        }
      />
    </>
  );
}

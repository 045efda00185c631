// What happened to accounts and sessions, who did it, to whom.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { AuditEvent, Id } from "@/api/types";
import { Section } from "@/shared/layout/Section";
import { EventTrail } from "@/shared/plan/EventTrail";
import { PLATFORM, platformUserOptions } from "./data";

/** The name of a login, read when it is shown. */
function UserName({ id }: { id: Id }) {
  const { t } = useLingui();
  const user = useQuery(platformUserOptions(id));
  return <>{user.data?.name ?? (user.error ? t`Somebody who left` : "…")}</>;
}

export function TrailSection() {
  const { t } = useLingui();
  const about = (event: AuditEvent) =>
    event.kind === "user" && event.objectId !== event.actorId ? <UserName id={event.objectId} /> : undefined;
  return (
    <Section
      title={t`Audit trail of the platform`}
      hint={t`Accounts, sign-ins and platform admins. What happens inside a workspace stands in its own trail.`}
    >
      <EventTrail
        queryKey={[PLATFORM, "audit-events"]}
        path="/platform/audit-events"
        filter={{}}
        actorName={(id) => (id ? <UserName id={id} /> : t`The system`)}
        objectName={about}
      />
    </Section>
  );
}

// What happened to one object, newest first, for those who may read the audit trail; while travelling, what had
// happened by then.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useWorkspaceQuery } from "@/api/queries";
import type { AuditEvent, Id, Member } from "@/api/types";
import { useAsOf } from "../asOf";
import { useFormat } from "../i18n/format";
import { Row, Rows, Section } from "../layout/Section";
import { useEventName } from "../names";
import { buttonClass } from "../ui/Button";
import { Loaded } from "../ui/states";
import { useCan, useWorkspaceId } from "../workspace/context";

const EVENTS_SHOWN = 8;

export function ObjectHistory({ objectId }: { objectId: Id }) {
  const { t } = useLingui();
  const format = useFormat();
  const can = useCan();
  const eventName = useEventName();
  const workspaceId = useWorkspaceId();
  const allowed = can("read-audit");
  const query = useWorkspaceQuery<{ items: AuditEvent[] }>(
    workspaceId,
    "audit-events",
    "/audit-events",
    { objectId, limit: EVENTS_SHOWN, until: useAsOf() },
    allowed,
  );
  const members = useWorkspaceQuery<{ items: Member[] }>(workspaceId, "members", "/members", {}, allowed);
  if (!allowed) return null;
  const nameOf = (id: Id | null | undefined) =>
    members.data?.items.find((member) => member.userId === id)?.name ?? (id ? "" : t`The system`);
  return (
    <Section
      title={t`Changes`}
      actions={
        <Link
          to="/w/$workspaceId/settings/$section"
          params={{ workspaceId, section: "audit" }}
          search={{ objectId } as never}
          className={buttonClass("ghost")}
        >
          {t`All of them`}
        </Link>
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) => (
          <Rows empty={t`Nothing yet`}>
            {items.map((event) => (
              <Row key={event.id}>
                <span className="w-44 text-muted tabular-nums">{format.instant(event.recordedAt)}</span>
                <span>{eventName(event.type)}</span>
                <span className="text-muted">{nameOf(event.actorId)}</span>
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

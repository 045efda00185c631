// When one person is away; while travelling in time as it was planned then.
import { useLingui } from "@lingui/react/macro";
import { useList } from "@/api/queries";
import type { Id, TimeOffStatus } from "@/api/types";
import { useAsOf } from "../asOf";
import { useFormat } from "../i18n/format";
import { Row, Rows, Section } from "../layout/Section";
import { useNames } from "../names";
import { Badge, type Tone } from "../ui/Badge";
import { Loaded } from "../ui/states";

export const TIME_OFF_TONES: Record<TimeOffStatus, Tone> = {
  pending: "warn",
  approved: "good",
  rejected: "neutral",
};

export function TimeOffList({ workspaceId, personId }: { workspaceId: Id; personId: Id }) {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const query = useList(workspaceId, "time-off", { personId, asOf: useAsOf() });
  return (
    <Section title={t`Time off`}>
      <Loaded query={query} rows={2}>
        {(items) => (
          <Rows empty={t`No time off`}>
            {[...items]
              .sort((a, b) => b.startsOn.localeCompare(a.startsOn))
              .map((one) => (
                <Row key={one.id}>
                  <span className="min-w-32 flex-1">{names.timeOffKind[one.kind]}</span>
                  <span className="text-muted">{format.range(one.startsOn, one.endsOn)}</span>
                  <Badge tone={TIME_OFF_TONES[one.status]}>{names.timeOffStatus[one.status]}</Badge>
                </Row>
              ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

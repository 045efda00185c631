// What the server stands on, and how it is now.
import { useLingui } from "@lingui/react/macro";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { Badge, type Tone } from "@/shared/ui/Badge";
import { Loaded } from "@/shared/ui/states";
import { type HealthReport, useHealth } from "./data";

type State = HealthReport["state"];

const TONES: Record<State, Tone> = { up: "good", degraded: "warn", down: "danger", draining: "warn" };

export function HealthSection() {
  const { t } = useLingui();
  const query = useHealth();
  const states: Record<State, string> = {
    up: t`Works`,
    degraded: t`Works in part`,
    down: t`Does not work`,
    draining: t`Shuts down`,
  };
  const names: Record<string, string> = { database: t`Database`, "audit-seal": t`Seal of the audit trail` };
  const details: Record<string, string> = {
    behind: t`is behind`,
    busy: t`is busy`,
    "writes are not accepted": t`accepts no changes`,
  };
  return (
    <Section
      title={t`Health`}
      hint={query.data && t`Version ${query.data.version}`}
      actions={query.data && <Badge tone={TONES[query.data.state]}>{states[query.data.state]}</Badge>}
    >
      <Loaded query={query} rows={2}>
        {({ dependencies }) => (
          <Rows empty={t`It depends on nothing.`}>
            {dependencies.map((one) => (
              <Row key={one.name} actions={<Badge tone={TONES[one.state]}>{states[one.state]}</Badge>}>
                <span className="font-medium">{names[one.name] ?? one.name}</span>
                {one.required && <span className="text-sm text-muted">{t`required`}</span>}
                {one.detail && (
                  <span className="text-sm text-muted">{details[one.detail] ?? one.detail}</span>
                )}
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

/** "Who could take this?": people ranked for one assignment, each with the reasons, and a button that gives it to them. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useWorkspaceQuery } from "@/api/queries";
import { useFormat } from "@/shared/i18n/format";
import { Badge, type Tone } from "@/shared/ui/Badge";
import { Button, IconButton } from "@/shared/ui/Button";
import { Select } from "@/shared/ui/Field";
import { EmptyState, Loaded } from "@/shared/ui/states";
import type { Directory } from "../data/useDirectory";
import { type Bar, OPEN_END } from "../model";
import { formatDay } from "../time/days";

type Reason =
  | { reason: "role-matches" | "capacity-unknown" | "knows-project" }
  | { reason: "role-differs"; roleId: string | null }
  | { reason: "skill-met" | "skill-too-low" | "skill-missing"; skillId: string }
  | { reason: "fully-free" | "not-free" }
  | { reason: "partly-free"; fittingMinutes: number; neededMinutes: number }
  | { reason: "would-overbook"; days: number; weeks: number }
  | { reason: "time-off"; minutes: number };

interface Candidate {
  personId: string;
  name: string;
  roleId: string | null;
  reasons: Reason[];
}

interface Props {
  workspaceId: string;
  bar: Bar;
  title: string;
  /** What else is open in the same row; a choice when there are several. */
  demands: readonly { value: string; label: string }[];
  onDemand: (id: string) => void;
  directory: Directory;
  onClose: () => void;
  /** Absent for who may only look. */
  onGive?: ((personId: string) => void) | undefined;
}

function useReasonText(directory: Directory) {
  const { t } = useLingui();
  const { hours } = useFormat();
  const skill = (id: string) => directory.skills.get(id) ?? t`a skill`;
  return (one: Reason): { text: string; tone: Tone } => {
    switch (one.reason) {
      case "role-matches":
        return { text: t`Right role`, tone: "good" };
      case "role-differs":
        return { text: directory.roles.get(one.roleId ?? "") ?? t`No role`, tone: "neutral" };
      case "skill-met":
        return { text: skill(one.skillId), tone: "good" };
      case "skill-too-low":
        return { text: t`${skill(one.skillId)}: not enough`, tone: "warn" };
      case "skill-missing":
        return { text: t`No ${skill(one.skillId)}`, tone: "warn" };
      case "fully-free":
        return { text: t`Free for all of it`, tone: "good" };
      case "partly-free":
        return {
          text: t`Free for ${hours(one.fittingMinutes)} of ${hours(one.neededMinutes)}`,
          tone: "warn",
        };
      case "not-free":
        return { text: t`Not free`, tone: "danger" };
      case "would-overbook":
        return one.days > 0
          ? { text: plural(one.days, { one: "Overbooks # day", other: "Overbooks # days" }), tone: "danger" }
          : {
              text: plural(one.weeks, { one: "Overbooks # week", other: "Overbooks # weeks" }),
              tone: "danger",
            };
      case "time-off":
        return { text: t`Away for ${hours(one.minutes)}`, tone: "warn" };
      case "knows-project":
        return { text: t`Knows the project`, tone: "accent" };
      case "capacity-unknown":
        return { text: t`Capacity unknown`, tone: "neutral" };
    }
  };
}

export function CandidatesPanel(props: Props) {
  const { workspaceId, bar, title, demands, onDemand, directory, onClose, onGive } = props;
  const { t } = useLingui();
  const reasonText = useReasonText(directory);
  const until = formatDay(bar.to === OPEN_END ? bar.from + 90 : bar.to);
  const query = useWorkspaceQuery<{ candidates: Candidate[]; considered: number }>(
    workspaceId,
    "derived",
    "/reports/candidates",
    {
      assignmentId: bar.id,
      from: formatDay(bar.from),
      to: until,
      limit: 20,
    },
  );
  return (
    <aside
      aria-label={t`Who could take this?`}
      className="no-print flex w-80 max-w-[85vw] shrink-0 flex-col border-s border-line bg-raised"
    >
      <header className="border-b border-line px-4 py-3">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <h2 className="font-semibold">{t`Who could take this?`}</h2>
            {demands.length < 2 && <p className="truncate text-sm text-muted">{title}</p>}
          </div>
          <IconButton icon="close" label={t`Close`} onClick={onClose} />
        </div>
        {demands.length > 1 && (
          <Select
            label={t`Open demand`}
            hideLabel
            className="mt-2"
            value={bar.id}
            onChange={onDemand}
            options={demands}
          />
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Loaded query={query} rows={10}>
          {(data) =>
            data.candidates.length === 0 ? (
              <EmptyState icon="people" title={t`Nobody is there to ask`} />
            ) : (
              <ol>
                {data.candidates.map((one) => (
                  <li key={one.personId} className="flex flex-col gap-1.5 border-b border-line px-4 py-3">
                    <div className="flex items-center gap-2">
                      <span className="min-w-0 flex-1 truncate font-medium">{one.name}</span>
                      {onGive && (
                        <Button
                          className="h-7 px-2 text-sm"
                          aria-label={t`Give it to ${one.name}`}
                          onClick={() => onGive(one.personId)}
                        >
                          {t`Give`}
                        </Button>
                      )}
                    </div>
                    <ul className="flex flex-wrap gap-1">
                      {one.reasons.map((reason) => {
                        const { text, tone } = reasonText(reason);
                        return (
                          <li key={`${reason.reason}${text}`}>
                            <Badge tone={tone}>{text}</Badge>
                          </li>
                        );
                      })}
                    </ul>
                  </li>
                ))}
              </ol>
            )
          }
        </Loaded>
      </div>
    </aside>
  );
}

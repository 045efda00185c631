// The bookings of one person or of one project, by date; while travelling in time as they were.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useIndex, useList } from "@/api/queries";
import type { Id } from "@/api/types";
import { useAsOf } from "../asOf";
import { useFormat } from "../i18n/format";
import { Row, Rows, Section } from "../layout/Section";
import { Badge } from "../ui/Badge";
import { buttonClass } from "../ui/Button";
import { Loaded } from "../ui/states";
import { useEffortText } from "./effort";

interface Props {
  title: string;
  workspaceId: Id;
  by: { personId: Id } | { projectId: Id };
  /** What the schedule shows when it is opened from here. */
  search: Record<string, string>;
}

export function PlanList({ title, workspaceId, by, search }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const effort = useEffortText();
  const asOf = useAsOf();
  const query = useList(workspaceId, "assignments", { ...by, asOf });
  const byPerson = "personId" in by;
  const names = useIndex(workspaceId, byPerson ? "projects" : "people", asOf);
  return (
    <Section
      title={title}
      actions={
        <Link
          to="/w/$workspaceId/schedule"
          params={{ workspaceId }}
          search={search as never}
          className={buttonClass("ghost")}
        >
          {t`Open schedule`}
        </Link>
      }
    >
      <Loaded query={query} rows={3}>
        {(items) => (
          <Rows empty={t`No bookings`}>
            {[...items]
              .sort((a, b) => a.startsOn.localeCompare(b.startsOn))
              .map((one) => (
                <Row key={one.id}>
                  <span className="min-w-32 flex-1 truncate font-medium">
                    {names.get(byPerson ? one.projectId : one.personId)?.name ?? "…"}
                  </span>
                  <span className="text-muted">{format.range(one.startsOn, one.endsOn)}</span>
                  <span className="text-muted tabular-nums">{effort(one.effort)}</span>
                  {one.commitment === "tentative" && <Badge tone="warn">{t`Tentative`}</Badge>}
                </Row>
              ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

// One time off, with what may be done about it and which bookings it breaks.
import { Plural, useLingui } from "@lingui/react/macro";
import { useChange, useIndex, useWorkspaceQuery } from "@/api/queries";
import type { BrokenBooking, Person, TimeOff } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Row } from "@/shared/layout/Section";
import { useNames } from "@/shared/names";
import { TIME_OFF_TONES } from "@/shared/plan/TimeOffList";
import { useProblemText } from "@/shared/problems";
import { Avatar, Badge } from "@/shared/ui/Badge";
import { Button, IconButton } from "@/shared/ui/Button";
import { Menu, type MenuChoice } from "@/shared/ui/Menu";
import { Popover } from "@/shared/ui/Popover";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { useCanOn, useWorkspaceId } from "@/shared/workspace/context";

function Conflicts({ item }: { item: TimeOff }) {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  const projects = useIndex(workspaceId, "projects");
  const query = useWorkspaceQuery<{ items: BrokenBooking[] }>(
    workspaceId,
    "time-off",
    `/time-off/${item.id}/conflicts`,
  );
  const found = query.data?.items ?? [];
  if (found.length === 0) return null;
  return (
    <Popover
      title={t`Bookings that this breaks`}
      trigger={
        <button type="button" className="rounded-sm text-sm font-medium text-warn-text underline">
          <Plural value={found.length} one="breaks # booking" other="breaks # bookings" />
        </button>
      }
    >
      <ul className="flex flex-col gap-1.5">
        {found.map((one) => (
          <li key={one.assignmentId} className="flex gap-2">
            <span className="flex-1 truncate">{projects.get(one.projectId)?.name ?? "…"}</span>
            <span className="text-muted">{format.hours(one.minutes)}</span>
          </li>
        ))}
      </ul>
    </Popover>
  );
}

export function TimeOffRow({ item, person }: { item: TimeOff; person: Person | undefined }) {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const can = useCanOn();
  const name = person?.name ?? "…";
  const owners = [person?.userId];
  const problem = useProblemText();
  const change = useChange<TimeOff | undefined>(useWorkspaceId(), "time-off");
  const approve = can("approve-time-off", owners);
  const path = `/time-off/${item.id}`;
  const touches = ["assignments"];
  const fail = (error: unknown) => toastFailed(problem(error).title, problem(error).detail);
  const act = (action: "approve" | "reject" | "reopen", done: string) =>
    change
      .mutateAsync({ method: "POST", path: `${path}/${action}`, version: item.version, touches })
      .then(() => toastDone(done), fail);
  const restore = (version: number) =>
    change.mutateAsync({ method: "POST", path: `${path}/restore`, version, touches }).catch(fail);
  const remove = () =>
    change.mutateAsync({ method: "DELETE", path, version: item.version, touches }).then((removed) => {
      const version = removed?.version ?? item.version + 1;
      toastDone(t`Deleted`, { label: t`Undo`, run: () => void restore(version) });
    }, fail);
  const more: MenuChoice[] = [
    ...(item.status !== "pending" && approve
      ? [
          {
            id: "reopen",
            label: t`Decide again`,
            icon: "undo" as const,
            run: () => void act("reopen", t`Waiting again`),
          },
        ]
      : []),
    { id: "delete", label: t`Delete`, icon: "trash", danger: true, run: () => void remove() },
  ];
  return (
    <Row
      actions={
        <>
          {approve && item.status === "pending" && (
            <>
              <Button onClick={() => void act("reject", t`Rejected`)}>{t`Reject`}</Button>
              <Button look="primary" onClick={() => void act("approve", t`Approved`)}>{t`Approve`}</Button>
            </>
          )}
          {can("request-time-off", owners) && (
            <Menu
              trigger={<IconButton icon="dots" label={t`More about the time off of ${name}`} />}
              groups={[{ items: more }]}
            />
          )}
        </>
      }
    >
      <Avatar name={name} />
      <span className="min-w-28 font-medium">{name}</span>
      <span>{names.timeOffKind[item.kind]}</span>
      <span className="text-muted">{format.range(item.startsOn, item.endsOn)}</span>
      {item.minutesPerDay ? (
        <span className="text-muted">{t`${format.hours(item.minutesPerDay)} a day`}</span>
      ) : null}
      <Badge tone={TIME_OFF_TONES[item.status]}>{names.timeOffStatus[item.status]}</Badge>
      {item.status !== "rejected" && <Conflicts item={item} />}
    </Row>
  );
}

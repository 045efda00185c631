// Shows the plan as it was at an instant in the past.
import { useLingui } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { addDays, addMonths, today } from "@/shared/days";
import { Section } from "@/shared/layout/Section";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { useWorkspace } from "@/shared/workspace/context";

export function TimeTravelSection() {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { workspace } = useWorkspace();
  const [day, setDay] = useState("");
  const [time, setTime] = useState("12:00");
  const now = today(workspace.settings.timeZone);
  const go = (asOf: Date) =>
    void navigate({
      to: "/w/$workspaceId/schedule",
      params: { workspaceId: workspace.id },
      search: { asOf: asOf.toISOString() } as never,
    });
  const noon = (date: string) => new Date(`${date}T12:00:00`);
  const leaps = [
    { label: t`Yesterday`, at: addDays(now, -1) },
    { label: t`A week ago`, at: addDays(now, -7) },
    { label: t`A month ago`, at: addMonths(now, -1) },
    { label: t`Three months ago`, at: addMonths(now, -3) },
  ];
  return (
    <Section
      title={t`Time travel`}
      hint={t`The plan as it was at a moment, with everything that was known then. Nothing can be changed there.`}
    >
      <form
        className="mb-4 flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (day) go(new Date(`${day}T${time || "12:00"}`));
        }}
      >
        <TextField label={t`Day`} type="date" className="w-38" value={day} max={now} onChange={setDay} />
        <TextField label={t`Time`} type="time" className="w-32" value={time} onChange={setTime} />
        <Button type="submit" look="primary" icon="history" disabled={!day}>
          {t`Show the plan`}
        </Button>
      </form>
      <div className="flex flex-wrap gap-2">
        {leaps.map((leap) => (
          <Button key={leap.label} onClick={() => go(noon(leap.at))}>
            {leap.label}
          </Button>
        ))}
      </div>
    </Section>
  );
}

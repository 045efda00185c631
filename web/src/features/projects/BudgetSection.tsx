// What a project may cost, in hours and in money.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import type { Budget, Project } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { Conflict } from "@/shared/forms/Conflict";
import { Failure } from "@/shared/forms/Failure";
import { LeaveGuard } from "@/shared/forms/LeaveGuard";
import { useForm } from "@/shared/forms/useForm";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { parseHours } from "@/shared/i18n/parse";
import { Section } from "@/shared/layout/Section";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone } from "@/shared/ui/toast";
import { useWorkspace, useWorkspaceId } from "@/shared/workspace/context";

interface FormProps {
  project: Project;
  budget: Budget;
  readOnly: boolean;
}

const sameBudget = (one: Budget, other: Budget) =>
  one.minutes === other.minutes &&
  one.amount?.amountMinor === other.amount?.amountMinor &&
  one.amount?.currency === other.amount?.currency;

/** Another's change is shown where nothing is being typed; what is typed stays, and both versions are shown. */
export function BudgetForm({ project, budget, readOnly }: FormProps) {
  const { t } = useLingui();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const currency = budget.amount?.currency ?? workspace.settings.currency;
  const change = useChange(workspace.id, "projects");
  const [base, setBase] = useState(budget);
  const textsOf = ({ minutes, amount }: Budget) => ({
    hours: minutes ? String(minutes / MINUTES_PER_HOUR) : "",
    amount: amount ? String(format.majorUnits(amount)) : "",
  });
  const form = useForm({
    initial: textsOf(budget),
    // Empty means no limit; what can't be read must not come to mean that.
    check: ({ hours, amount }) => ({
      hours: hours.trim() === "" || parseHours(hours) ? undefined : t`Hours are numbers such as 8 or 7.5`,
      amount: amount.trim() === "" || format.parseMoney(amount, currency) ? undefined : t`Enter an amount`,
    }),
    submit: async ({ hours, amount }) => {
      const body = { minutes: parseHours(hours), amount: format.parseMoney(amount, currency) };
      const path = `/projects/${project.id}/budget`;
      await change.mutateAsync({ method: "PUT", path, version: project.version, body });
      setBase(body);
      toastDone(t`Saved`);
    },
  });
  const takeTheirs = () => {
    setBase(budget);
    form.reset(textsOf(budget));
  };
  const differs = !sameBudget(base, budget) && !form.busy;
  if (differs && !form.changed) takeTheirs();
  const fields = [
    { name: "hours", label: t`Hours`, kind: "text" as const },
    { name: "amount", label: t`Amount in ${currency}`, kind: "text" as const },
  ];
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-3" noValidate>
      <LeaveGuard when={form.changed && !readOnly} />
      <Failure text={form.failure} />
      <div className="grid grid-cols-2 gap-4">
        <TextField {...form.text("hours")} label={t`Hours`} inputMode="decimal" disabled={readOnly} />
        <TextField
          {...form.text("amount")}
          label={t`Amount in ${currency}`}
          inputMode="decimal"
          disabled={readOnly}
        />
      </div>
      {form.changed && differs && (
        <Conflict
          fields={fields}
          mine={form.values}
          theirs={textsOf(budget)}
          onMine={form.onSubmit}
          onTheirs={takeTheirs}
        />
      )}
      {form.changed && !differs && !readOnly && (
        <Button type="submit" look="primary" busy={form.busy} className="self-start">
          {t`Save budget`}
        </Button>
      )}
    </form>
  );
}

export function BudgetSection({ project, readOnly }: { project: Project; readOnly: boolean }) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const query = useWorkspaceQuery<Budget>(workspaceId, "projects", `/projects/${project.id}/budget`, {
    asOf: useAsOf(),
  });
  return (
    <Section title={t`Budget`}>
      <Loaded query={query} rows={2}>
        {(budget) => <BudgetForm key={project.id} project={project} budget={budget} readOnly={readOnly} />}
      </Loaded>
    </Section>
  );
}

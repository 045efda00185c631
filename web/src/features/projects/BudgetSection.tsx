// What a project may cost, in hours and in money.
import { useLingui } from "@lingui/react/macro";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import type { Budget, Project } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
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

function BudgetForm({ project, budget, readOnly }: FormProps) {
  const { t } = useLingui();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const currency = budget.amount?.currency ?? workspace.settings.currency;
  const change = useChange(workspace.id, "projects");
  const form = useForm({
    initial: {
      hours: budget.minutes ? String(budget.minutes / MINUTES_PER_HOUR) : "",
      amount: budget.amount ? String(format.majorUnits(budget.amount)) : "",
    },
    submit: async ({ hours, amount }) => {
      const minutes = hours.trim() ? Math.round(Number(hours.replace(",", ".")) * MINUTES_PER_HOUR) : null;
      await change.mutateAsync({
        method: "PUT",
        path: `/projects/${project.id}/budget`,
        version: project.version,
        body: { minutes, amount: format.parseMoney(amount, currency) },
      });
      toastDone(t`Saved`);
    },
  });
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-3" noValidate>
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
      {form.changed && !readOnly && (
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
  const query = useWorkspaceQuery<Budget>(workspaceId, "projects", `/projects/${project.id}/budget`);
  return (
    <Section title={t`Budget`}>
      <Loaded query={query} rows={2}>
        {(budget) => (
          <BudgetForm key={project.version} project={project} budget={budget} readOnly={readOnly} />
        )}
      </Loaded>
    </Section>
  );
}

// The rate card of a project: what an hour is billed at, by phase, person, role, or for everybody.
import { useLingui } from "@lingui/react/macro";
import { useId, useState } from "react";
import { useChange, useIndex, useWorkspaceQuery } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import type { Project } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { useOptions } from "@/shared/catalogue";
import { today } from "@/shared/days";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Button, IconButton } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Dialog } from "@/shared/ui/Dialog";
import { Select, TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastFailed } from "@/shared/ui/toast";
import { useWorkspace } from "@/shared/workspace/context";

type Rate = components["schemas"]["ProjectRate"];
type ScopeName = Rate["scope"]["of"];

function RateDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const { t } = useLingui();
  const id = useId();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const { currency } = workspace.settings;
  const change = useChange(workspace.id, "projects");
  const choices = {
    phase: project.phases.map((phase) => ({ value: phase.id, label: phase.name })),
    person: useOptions(workspace.id, "people"),
    role: useOptions(workspace.id, "roles"),
    project: [],
  };
  const form = useForm({
    initial: {
      of: "project" as ScopeName,
      whom: null as string | null,
      validFrom: project.startsOn ?? today(),
      amount: "",
    },
    check: ({ of, whom, amount }) => ({
      whom: of === "project" || whom ? undefined : t`Choose one`,
      amount: format.parseMoney(amount, currency) ? undefined : t`Enter an amount`,
    }),
    submit: async ({ of, whom, validFrom, amount }) => {
      const scope = of === "project" ? { of } : { of, [`${of}Id`]: whom };
      await change.mutateAsync({
        method: "POST",
        path: `/projects/${project.id}/rates`,
        version: project.version,
        body: { scope, validFrom, billPerHour: format.parseMoney(amount, currency) },
      });
      onClose();
    },
  });
  const scopes = [
    { value: "project", label: t`Everybody on the project` },
    { value: "role", label: t`One role` },
    { value: "person", label: t`One person` },
    ...(project.phases.length > 0 ? [{ value: "phase", label: t`Everybody in a phase` }] : []),
  ];
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`New rate`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" form={id} look="primary" busy={form.busy}>
            {t`Save`}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={form.onSubmit} className="grid gap-4 pb-2 sm:grid-cols-2" noValidate>
        <div className="sm:col-span-2">
          <Failure text={form.failure} />
        </div>
        <Select
          label={t`For`}
          value={form.values.of}
          options={scopes}
          onChange={(of) => {
            form.set("of", of as ScopeName);
            form.set("whom", null);
          }}
        />
        {form.values.of !== "project" && (
          <Combobox
            label={t`Whom`}
            options={choices[form.values.of]}
            value={form.values.whom}
            error={form.error("whom")}
            onChange={(whom) => form.set("whom", whom)}
          />
        )}
        <TextField {...form.text("validFrom")} label={t`Counts from`} type="date" />
        <TextField {...form.text("amount")} label={t`An hour in ${currency}`} inputMode="decimal" />
      </form>
    </Dialog>
  );
}

export function RatesSection({ project, readOnly }: { project: Project; readOnly: boolean }) {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const { workspace } = useWorkspace();
  const asOf = useAsOf();
  const people = useIndex(workspace.id, "people", asOf);
  const roles = useIndex(workspace.id, "roles", asOf);
  const [adding, setAdding] = useState(false);
  const change = useChange(workspace.id, "projects");
  const path = `/projects/${project.id}/rates`;
  const query = useWorkspaceQuery<{ items: Rate[] }>(workspace.id, "projects", path, { asOf });
  const whom = ({ scope }: Rate) => {
    if (scope.of === "project") return t`Everybody`;
    if (scope.of === "role") return roles.get(scope.roleId)?.name ?? "…";
    if (scope.of === "person") return people.get(scope.personId)?.name ?? "…";
    return project.phases.find((phase) => phase.id === scope.phaseId)?.name ?? "…";
  };
  const remove = (rate: Rate) =>
    change
      .mutateAsync({ method: "DELETE", path: `${path}/${rate.id}`, version: project.version })
      .catch((error) => toastFailed(problem(error).title, problem(error).detail));
  return (
    <Section
      title={t`Rates`}
      hint={t`What an hour is billed at. The narrowest rate wins: phase, person, project, then the person's and the role's own.`}
      actions={
        !readOnly && (
          <Button look="ghost" icon="plus" onClick={() => setAdding(true)}>
            {t`Add`}
          </Button>
        )
      }
    >
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <Rows empty={t`No rates of its own`}>
            {items.map((rate) => (
              <Row
                key={rate.id}
                actions={
                  !readOnly && (
                    <IconButton
                      icon="trash"
                      label={t`Delete the rate of ${whom(rate)}`}
                      onClick={() => void remove(rate)}
                    />
                  )
                }
              >
                <span className="min-w-32 flex-1 font-medium">{whom(rate)}</span>
                <span className="text-muted tabular-nums">{t`from ${format.day(rate.validFrom)}`}</span>
                <span className="tabular-nums">{format.money(rate.billPerHour)}</span>
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
      {adding && <RateDialog project={project} onClose={() => setAdding(false)} />}
    </Section>
  );
}

// What a person is paid, over time. Only for those who may see it.
import { useLingui } from "@lingui/react/macro";
import { useId, useState } from "react";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import type { Compensation, Person } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { today } from "@/shared/days";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Select, TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { useWorkspace, useWorkspaceId } from "@/shared/workspace/context";

function PayDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useLingui();
  const id = useId();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const change = useChange(workspace.id, "people");
  const currency = workspace.settings.currency;
  const form = useForm({
    initial: { validFrom: today(), kind: "salaried", amount: "" },
    check: ({ amount }) => ({ amount: format.parseMoney(amount, currency) ? undefined : t`Enter an amount` }),
    submit: async ({ validFrom, kind, amount }) => {
      await change.mutateAsync({
        method: "PUT",
        path: `/people/${person.id}/compensations/${validFrom}`,
        version: person.version,
        body: { kind, amount: format.parseMoney(amount, currency) },
      });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`New pay`}
      footer={
        <Button type="submit" form={id} look="primary" busy={form.busy}>
          {t`Save`}
        </Button>
      }
    >
      <form id={id} onSubmit={form.onSubmit} className="flex flex-col gap-4 pb-2" noValidate>
        <Failure text={form.failure} />
        <TextField {...form.text("validFrom")} label={t`Counts from`} type="date" />
        <Select
          {...form.text("kind")}
          label={t`Kind of pay`}
          options={[
            { value: "salaried", label: t`Salary a year` },
            { value: "hourly", label: t`Pay an hour` },
          ]}
        />
        <TextField {...form.text("amount")} label={t`Amount in ${currency}`} inputMode="decimal" />
      </form>
    </Dialog>
  );
}

export function PaySection({ person, readOnly }: { person: Person; readOnly: boolean }) {
  const { t } = useLingui();
  const format = useFormat();
  const workspaceId = useWorkspaceId();
  const [adding, setAdding] = useState(false);
  const query = useWorkspaceQuery<{ items: Compensation[] }>(
    workspaceId,
    "people",
    `/people/${person.id}/compensations`,
    { asOf: useAsOf() },
  );
  return (
    <Section
      title={t`Pay`}
      hint={t`Seen by owners, admins and whoever was given the right.`}
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
          <Rows empty={t`No pay entered`}>
            {items.map((one) => (
              <Row key={one.validFrom}>
                <span className="w-28 text-muted tabular-nums">{format.day(one.validFrom)}</span>
                <span className="font-medium">{format.money(one.amount)}</span>
                <span className="text-muted">{one.kind === "salaried" ? t`a year` : t`an hour`}</span>
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
      {adding && <PayDialog person={person} onClose={() => setAdding(false)} />}
    </Section>
  );
}

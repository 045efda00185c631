// Amounts that count from a date on: bill rates of a person, rates of a role. The same date replaces.
import { useLingui } from "@lingui/react/macro";
import { useId, useState } from "react";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import type { Money, Stored } from "@/api/types";
import { useAsOf } from "../asOf";
import { today } from "../days";
import { Failure } from "../forms/Failure";
import { useForm } from "../forms/useForm";
import { useFormat } from "../i18n/format";
import { Row, Rows, Section } from "../layout/Section";
import { useProblemText } from "../problems";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { Loaded } from "../ui/states";
import { toastFailed } from "../ui/toast";
import { useWorkspace } from "../workspace/context";

export type DatedEntry = { validFrom: string } & Record<string, unknown>;

interface MoneyField {
  name: string;
  label: string;
}

interface Props {
  title: string;
  hint?: string;
  /** `people` or `roles`: what is read anew after a change. */
  resource: string;
  object: Stored;
  /** Below the object: `bill-rates`. */
  part: string;
  fields: readonly MoneyField[];
  entries: (answer: never) => readonly DatedEntry[];
  readOnly: boolean;
}

interface AmountDialogProps extends Props {
  onClose: () => void;
}

function AmountDialog({ title, resource, object, part, fields, onClose }: AmountDialogProps) {
  const { t } = useLingui();
  const id = useId();
  const format = useFormat();
  const { workspace } = useWorkspace();
  const { currency } = workspace.settings;
  const change = useChange(workspace.id, resource);
  const form = useForm<Record<string, string>>({
    initial: { validFrom: today(), ...Object.fromEntries(fields.map((field) => [field.name, ""])) },
    check: (values) => ({
      [fields[0]?.name ?? ""]: fields.some((field) => format.parseMoney(values[field.name] ?? "", currency))
        ? undefined
        : t`Enter an amount`,
    }),
    submit: async ({ validFrom, ...amounts }) => {
      const body = Object.fromEntries(
        fields.map(({ name }) => [name, format.parseMoney(amounts[name] ?? "", currency)]),
      );
      await change.mutateAsync({
        method: "PUT",
        path: `/${resource}/${object.id}/${part}/${validFrom}`,
        version: object.version,
        body,
      });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" form={id} look="primary" busy={form.busy}>
            {t`Save`}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={form.onSubmit} className="flex flex-col gap-4 pb-2" noValidate>
        <Failure text={form.failure} />
        <TextField {...form.text("validFrom")} label={t`Counts from`} type="date" className="w-44" />
        {fields.map((field) => (
          <TextField
            key={field.name}
            {...form.text(field.name)}
            label={t`${field.label} in ${currency}`}
            inputMode="decimal"
            className="w-44"
          />
        ))}
      </form>
    </Dialog>
  );
}

export function DatedMoney(props: Props) {
  const { title, hint, resource, object, part, fields, entries, readOnly } = props;
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const { workspace } = useWorkspace();
  const [adding, setAdding] = useState(false);
  const change = useChange(workspace.id, resource);
  const path = `/${resource}/${object.id}/${part}`;
  const query = useWorkspaceQuery<never>(workspace.id, resource, path, { asOf: useAsOf() });
  const remove = (validFrom: string) =>
    change
      .mutateAsync({ method: "DELETE", path: `${path}/${validFrom}`, version: object.version })
      .catch((error) => toastFailed(problem(error).title, problem(error).detail));
  return (
    <Section
      title={title}
      hint={hint}
      actions={
        !readOnly && (
          <Button look="ghost" icon="plus" onClick={() => setAdding(true)}>
            {t`Add`}
          </Button>
        )
      }
    >
      <Loaded query={query} rows={2}>
        {(answer) => (
          <Rows empty={t`None yet`}>
            {[...entries(answer)]
              .sort((a, b) => b.validFrom.localeCompare(a.validFrom))
              .map((entry) => (
                <Row
                  key={entry.validFrom}
                  actions={
                    !readOnly && (
                      <IconButton
                        icon="trash"
                        label={t`Delete this entry`}
                        onClick={() => void remove(entry.validFrom)}
                      />
                    )
                  }
                >
                  <span className="w-28 text-muted tabular-nums">{format.day(entry.validFrom)}</span>
                  {fields.map(({ name, label }) =>
                    entry[name] ? (
                      <span key={name}>
                        <span className="font-medium tabular-nums">{format.money(entry[name] as Money)}</span>{" "}
                        <span className="text-sm text-muted">{label}</span>
                      </span>
                    ) : null,
                  )}
                </Row>
              ))}
          </Rows>
        )}
      </Loaded>
      {adding && <AmountDialog {...props} onClose={() => setAdding(false)} />}
    </Section>
  );
}

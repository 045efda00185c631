// Name, time zone, week, currency and rules of the workspace; deleting it.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meOptions } from "@/api/account";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import type { Workspace } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { MINUTES_PER_HOUR, useFormat } from "@/shared/i18n/format";
import { Section } from "@/shared/layout/Section";
import { Button } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { ConfirmDialog } from "@/shared/ui/Dialog";
import { Select, TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone } from "@/shared/ui/toast";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { BrandingSection } from "./BrandingSection";

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const zones = () =>
  Intl.supportedValuesOf("timeZone").map((value) => ({ value, label: value.replaceAll("_", " ") }));

function useSettingsForm(workspace: Workspace) {
  const { t } = useLingui();
  const client = useQueryClient();
  const change = useChange<Workspace>(workspace.id, "settings");
  const { settings } = workspace;
  return useForm({
    initial: {
      name: workspace.name,
      timeZone: settings.timeZone,
      firstDayOfWeek: String(settings.firstDayOfWeek),
      currency: settings.currency,
      clashPolicy: settings.clashPolicy as string,
      busyFrom: String(settings.busyFromBasisPoints / 100),
      holidayRegion: settings.holidayRegion ?? "",
      hours: settings.defaultWeek.map((minutes) => String(minutes / MINUTES_PER_HOUR)),
    },
    check: ({ name, currency }) => ({
      name: name.trim() ? undefined : t`Give it a name`,
      currency: /^[A-Za-z]{3}$/.test(currency.trim()) ? undefined : t`Three letters, such as EUR`,
    }),
    submit: async (values) => {
      await change.mutateAsync({
        method: "PATCH",
        path: "/settings",
        version: workspace.version,
        body: {
          name: values.name.trim(),
          settings: {
            timeZone: values.timeZone,
            firstDayOfWeek: Number(values.firstDayOfWeek),
            currency: values.currency.trim().toUpperCase(),
            clashPolicy: values.clashPolicy,
            busyFromBasisPoints: Math.round(Number(values.busyFrom) * 100),
            holidayRegion: values.holidayRegion.trim() || null,
            defaultWeek: values.hours.map((hours) =>
              Math.round(Number(hours.replace(",", ".")) * MINUTES_PER_HOUR),
            ),
          },
        },
        touches: ["people", "assignments"],
      });
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      toastDone(t`Saved`);
    },
  });
}

function SettingsForm({ workspace }: { workspace: Workspace }) {
  const { t } = useLingui();
  const format = useFormat();
  const form = useSettingsForm(workspace);
  const policies = [
    { value: "refuse", label: t`Refuse it` },
    { value: "tentative", label: t`Save it as tentative` },
    { value: "allow", label: t`Allow it` },
  ];
  return (
    <form onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
      <Failure text={form.failure} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField {...form.text("name")} label={t`Name`} />
        <Combobox
          label={t`Time zone`}
          options={zones()}
          value={form.values.timeZone}
          onChange={(zone) => zone && form.set("timeZone", zone)}
        />
        <Select
          {...form.text("firstDayOfWeek")}
          label={t`First day of the week`}
          options={WEEKDAYS.map((day) => ({ value: String(day), label: format.weekday(day) }))}
        />
        <TextField {...form.text("currency")} label={t`Currency`} maxLength={3} />
        <Select
          {...form.text("clashPolicy")}
          label={t`When a booking overbooks somebody`}
          options={policies}
        />
        <TextField {...form.text("busyFrom")} label={t`Busy from (% used)`} type="number" min={1} max={200} />
        <TextField {...form.text("holidayRegion")} label={t`Holiday region`} hint={t`Such as ES or US-CA.`} />
      </div>
      <fieldset>
        <legend className="mb-1 text-sm font-medium">{t`Usual hours a day`}</legend>
        <div className="grid max-w-lg grid-cols-7 gap-2">
          {WEEKDAYS.map((day) => (
            <TextField
              key={day}
              label={format.weekday(day)}
              inputMode="decimal"
              inputClassName="px-1 text-center"
              value={form.values.hours[day - 1] ?? "0"}
              onChange={(value) => form.set("hours", form.values.hours.with(day - 1, value))}
            />
          ))}
        </div>
      </fieldset>
      <Button type="submit" look="primary" busy={form.busy} disabled={!form.changed} className="self-start">
        {t`Save`}
      </Button>
    </form>
  );
}

export function WorkspaceSection() {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const can = useCan();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const query = useWorkspaceQuery<Workspace>(workspaceId, "settings", "/settings");
  const change = useChange(workspaceId, "settings");
  const remove = async () => {
    await change.mutateAsync({ method: "DELETE", path: "", version: query.data?.version });
    await client.invalidateQueries({ queryKey: meOptions.queryKey });
    await navigate({ to: "/" });
  };
  return (
    <>
      <Section title={t`Workspace`}>
        <Loaded query={query}>
          {(workspace) => <SettingsForm key={workspace.version} workspace={workspace} />}
        </Loaded>
      </Section>
      <BrandingSection />
      {can("delete-workspace") && (
        <Section title={t`Delete the workspace`} hint={t`Everybody loses access at once.`}>
          <Button look="danger" onClick={() => setDeleting(true)}>{t`Delete the workspace…`}</Button>
        </Section>
      )}
      <ConfirmDialog
        danger
        open={deleting}
        onOpenChange={setDeleting}
        title={t`Delete the workspace?`}
        text={t`Its plan, people and projects can no longer be opened by anybody.`}
        confirmLabel={t`Delete the workspace`}
        onConfirm={remove}
      />
    </>
  );
}

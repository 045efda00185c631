// The values of the workspace's settings, their way to the server, and what happens when somebody else saved first.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { meOptions } from "@/api/account";
import { request, workspacePath } from "@/api/client";
import { isProblem } from "@/api/problem";
import { useChange } from "@/api/queries";
import type { Workspace } from "@/api/types";
import { useForm } from "@/shared/forms/useForm";
import { MINUTES_PER_HOUR } from "@/shared/i18n/format";
import { parseHours } from "@/shared/i18n/parse";
import { toastDone } from "@/shared/ui/toast";

export const settingsOf = ({ name, settings }: Workspace) => ({
  name,
  timeZone: settings.timeZone,
  firstDayOfWeek: String(settings.firstDayOfWeek),
  currency: settings.currency,
  clashPolicy: settings.clashPolicy as string,
  busyFrom: String(settings.busyFromBasisPoints / 100),
  holidayRegion: settings.holidayRegion ?? "",
  hours: settings.defaultWeek.map((minutes) => String(minutes / MINUTES_PER_HOUR)),
});

export type SettingsValues = ReturnType<typeof settingsOf>;

const patchOf = (values: SettingsValues) => ({
  name: values.name.trim(),
  settings: {
    timeZone: values.timeZone,
    firstDayOfWeek: Number(values.firstDayOfWeek),
    currency: values.currency.trim().toUpperCase(),
    clashPolicy: values.clashPolicy,
    busyFromBasisPoints: Math.round(Number(values.busyFrom) * 100),
    holidayRegion: values.holidayRegion.trim() || null,
    defaultWeek: values.hours.map((hours) => parseHours(hours) ?? 0),
  },
});

export function useSettingsForm(workspace: Workspace) {
  const { t } = useLingui();
  const client = useQueryClient();
  const change = useChange<Workspace>(workspace.id, "settings");
  const version = useRef(workspace.version);
  const [theirs, setTheirs] = useState<Workspace | null>(null);
  const form = useForm<SettingsValues>({
    initial: settingsOf(workspace),
    check: ({ name, currency, hours }) => ({
      name: name.trim() ? undefined : t`Give it a name`,
      hours: hours.every((one) => parseHours(one) !== null)
        ? undefined
        : t`Hours are numbers such as 8 or 7.5`,
      currency: /^[A-Za-z]{3}$/.test(currency.trim()) ? undefined : t`Three letters, such as EUR`,
    }),
    submit: async (values) => {
      try {
        const saved = await change.mutateAsync({
          method: "PATCH",
          path: "/settings",
          version: version.current,
          body: patchOf(values),
          touches: ["people", "assignments"],
        });
        version.current = saved.version;
      } catch (error) {
        if (isProblem(error) && error.status === 412)
          setTheirs(await request<Workspace>("GET", workspacePath(workspace.id, "/settings")));
        throw error;
      }
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      toastDone(t`Saved`);
    },
  });
  const { changed, reset } = form;
  // Another's change arrives while nothing is being edited: show it.
  useEffect(() => {
    if (changed || workspace.version <= version.current) return;
    version.current = workspace.version;
    reset(settingsOf(workspace));
  }, [workspace, changed, reset]);
  return {
    form,
    theirs,
    saveMine: () => {
      if (theirs) version.current = theirs.version;
      setTheirs(null);
      form.onSubmit();
    },
    takeTheirs: () => {
      if (!theirs) return;
      version.current = theirs.version;
      reset(settingsOf(theirs));
      setTheirs(null);
    },
  };
}

// One's own name, theme and language.
import { useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { meOptions } from "@/api/account";
import { request } from "@/api/client";
import type { User } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { chooseLocale, LOCALES, type Locale } from "@/shared/i18n";
import { Section } from "@/shared/layout/Section";
import { chooseTheme, type Theme, useTheme } from "@/shared/theme";
import { Button } from "@/shared/ui/Button";
import { Select, TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone } from "@/shared/ui/toast";

function NameForm({ user }: { user: User }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const form = useForm({
    initial: { name: user.name },
    check: ({ name }) => ({ name: name.trim() ? undefined : t`Enter your name` }),
    submit: async ({ name }) => {
      await request("PATCH", "/auth/me", { body: { name: name.trim() } });
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      toastDone(t`Saved`);
    },
  });
  return (
    <form onSubmit={form.onSubmit} className="flex max-w-sm flex-col gap-4" noValidate>
      <Failure text={form.failure} />
      <TextField {...form.text("name")} label={t`Name`} autoComplete="name" />
      <TextField label={t`E-mail`} value={user.email} readOnly disabled />
      {form.changed && (
        <Button type="submit" look="primary" busy={form.busy} className="self-start">
          {t`Save`}
        </Button>
      )}
    </form>
  );
}

export function ProfileSection() {
  const { t, i18n } = useLingui();
  const me = useQuery(meOptions);
  const theme = useTheme();
  return (
    <>
      <Section title={t`Profile`}>
        <Loaded query={me} rows={3}>
          {({ user }) => <NameForm user={user} />}
        </Loaded>
      </Section>
      <Section title={t`How it looks`} hint={t`Kept on this device.`}>
        <div className="flex max-w-sm flex-col gap-4">
          <Select
            label={t`Theme`}
            value={theme}
            onChange={(value) => chooseTheme(value as Theme)}
            options={[
              { value: "system", label: t`Like the system` },
              { value: "light", label: t`Light` },
              { value: "dark", label: t`Dark` },
            ]}
          />
          <Select
            label={t`Language`}
            value={i18n.locale}
            onChange={(value) => void chooseLocale(value as Locale)}
            options={Object.entries(LOCALES).map(([value, label]) => ({ value, label }))}
          />
        </div>
      </Section>
    </>
  );
}

// The password, and where one is signed in.
import { useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/api/client";
import { isProblem } from "@/api/problem";
import type { Session } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { deviceOf } from "./device";

const PASSWORD_CHARS_MIN = 15;
const SESSIONS = ["sessions"];

function PasswordForm() {
  const { t } = useLingui();
  const empty = { currentPassword: "", newPassword: "" };
  const form = useForm({
    initial: empty,
    check: ({ currentPassword, newPassword }) => ({
      currentPassword: currentPassword ? undefined : t`Enter your present password`,
      newPassword:
        [...newPassword].length >= PASSWORD_CHARS_MIN
          ? undefined
          : t`Use at least ${PASSWORD_CHARS_MIN} characters`,
    }),
    submit: async (values) => {
      await request("POST", "/auth/change-password", { body: values });
      form.reset(empty);
      toastDone(t`The password was changed; other sessions are ended`);
    },
    explain: (error) =>
      isProblem(error) && (error.status === 401 || error.status === 403)
        ? t`The present password is not right.`
        : null,
  });
  return (
    <form onSubmit={form.onSubmit} className="flex max-w-sm flex-col gap-4" noValidate>
      <Failure text={form.failure} />
      <TextField
        {...form.text("currentPassword")}
        label={t`Present password`}
        type="password"
        autoComplete="current-password"
      />
      <TextField
        {...form.text("newPassword")}
        label={t`New password`}
        type="password"
        autoComplete="new-password"
        hint={t`At least ${PASSWORD_CHARS_MIN} characters. A sentence is easy to remember.`}
      />
      <Button type="submit" look="primary" busy={form.busy} disabled={!form.changed} className="self-start">
        {t`Change password`}
      </Button>
    </form>
  );
}

export function SecuritySection() {
  const { t } = useLingui();
  const format = useFormat();
  const problem = useProblemText();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: SESSIONS,
    queryFn: ({ signal }) => request<{ items: Session[] }>("GET", "/auth/sessions", { signal }),
  });
  const nameOf = ({ client }: Session) => {
    const device = deviceOf(client ?? "");
    return device ? t`${device.program} on ${device.system}` : (client ?? t`Unknown program`);
  };
  const end = (session: Session) =>
    request("DELETE", `/auth/sessions/${session.id}`)
      .then(() => toastDone(t`The session was ended`))
      .catch((error) => toastFailed(problem(error).title))
      .finally(() => void client.invalidateQueries({ queryKey: SESSIONS }));
  return (
    <>
      <Section title={t`Password`}>
        <PasswordForm />
      </Section>
      <Section title={t`Where you are signed in`}>
        <Loaded query={query} rows={3}>
          {({ items }) => (
            <Rows empty={t`Nowhere`}>
              {items.map((session) => (
                <Row
                  key={session.id}
                  actions={
                    !session.current && <Button onClick={() => void end(session)}>{t`Sign out there`}</Button>
                  }
                >
                  <span data-verbatim className="font-medium" title={session.client ?? undefined}>
                    {nameOf(session)}
                  </span>
                  {session.current && <Badge tone="good">{t`This one`}</Badge>}
                  <span className="text-muted">{t`last used ${format.instant(session.lastUsedAt)}`}</span>
                </Row>
              ))}
            </Rows>
          )}
        </Loaded>
      </Section>
    </>
  );
}

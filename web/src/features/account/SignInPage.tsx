// Sign in. What went wrong is said so that it helps the person and tells others nothing.
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { signIn } from "@/api/account";
import { isProblem } from "@/api/problem";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { AuthPage } from "./AuthPage";
import { PasswordField } from "./PasswordField";

export function SignInPage({ next, onSignedIn }: { next?: string; onSignedIn: () => void }) {
  const { t } = useLingui();
  const form = useForm({
    initial: { email: "", password: "" },
    check: ({ email, password }) => ({
      email: email.includes("@") ? undefined : t`Enter your e-mail address`,
      password: password ? undefined : t`Enter your password`,
    }),
    submit: ({ email, password }) => signIn(email.trim(), password).then(onSignedIn),
    explain: (error) => {
      if (!isProblem(error)) return null;
      if (error.status === 401 || error.status === 422)
        return t`This e-mail and password don't go together. Check both; passwords tell capitals from small letters.`;
      if (error.status === 429) {
        const seconds = error.retryAfterSeconds;
        return seconds
          ? t`Too many attempts. Try again in ${seconds} s.`
          : t`Too many attempts. Try again in a few minutes.`;
      }
      return null;
    },
  });
  return (
    <AuthPage title={t`Sign in`}>
      <form className="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <Failure text={form.failure} />
        <TextField
          {...form.text("email")}
          label={t`E-mail`}
          type="email"
          autoComplete="username"
          autoFocus
          required
        />
        <PasswordField {...form.text("password")} label={t`Password`} autoComplete="current-password" />
        <Button type="submit" look="primary" busy={form.busy} className="h-9">
          {t`Sign in`}
        </Button>
      </form>
      <p className="text-muted">
        <Trans>
          New here?{" "}
          <Link to="/sign-up" search={{ next }} className="font-medium text-accent-text hover:underline">
            Create an account
          </Link>
        </Trans>
      </p>
    </AuthPage>
  );
}

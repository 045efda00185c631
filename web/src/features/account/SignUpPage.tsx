// Create an account, alone or by a link that somebody sent.
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { signUp } from "@/api/account";
import { isProblem } from "@/api/problem";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { AuthPage } from "./AuthPage";
import { PASSWORD_CHARS_MIN, PasswordField } from "./PasswordField";

interface Props {
  next?: string;
  joinToken?: string;
  onSignedUp: () => void;
}

export function SignUpPage({ next, joinToken, onSignedUp }: Props) {
  const { t } = useLingui();
  const form = useForm({
    initial: { name: "", email: "", password: "" },
    check: ({ name, email, password }) => ({
      name: name.trim() ? undefined : t`Enter your name`,
      email: email.includes("@") ? undefined : t`Enter your e-mail address`,
      password:
        [...password].length >= PASSWORD_CHARS_MIN
          ? undefined
          : t`Use at least ${PASSWORD_CHARS_MIN} characters`,
    }),
    submit: (values) => signUp({ ...values, email: values.email.trim(), joinToken }).then(onSignedUp),
    explain: (error) => {
      if (!isProblem(error)) return null;
      if (error.status === 409)
        return t`An account can't be made with these details. If you have one already, sign in.`;
      return null;
    },
  });
  return (
    <AuthPage
      title={t`Create your account`}
      intro={joinToken ? t`You were invited to a workspace.` : undefined}
    >
      <form className="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <Failure text={form.failure} />
        <TextField {...form.text("name")} label={t`Name`} autoComplete="name" autoFocus required />
        <TextField {...form.text("email")} label={t`E-mail`} type="email" autoComplete="username" required />
        <PasswordField
          {...form.text("password")}
          label={t`Password`}
          autoComplete="new-password"
          hint={t`At least ${PASSWORD_CHARS_MIN} characters. A sentence is easy to remember.`}
        />
        <Button type="submit" look="primary" busy={form.busy} className="h-9">
          {t`Create account`}
        </Button>
      </form>
      <p className="text-muted">
        <Trans>
          Have an account?{" "}
          <Link to="/sign-in" search={{ next }} className="font-medium text-accent-text hover:underline">
            Sign in
          </Link>
        </Trans>
      </p>
    </AuthPage>
  );
}

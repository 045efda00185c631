// The signed-in user: profile, theme, language, sign out.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { meOptions, signOut } from "@/api/account";
import { useAllActions } from "@/shared/actions/useActions";
import { chooseLocale, LOCALES, type Locale } from "@/shared/i18n";
import { chooseTheme, type Theme, useTheme } from "@/shared/theme";
import { Avatar } from "@/shared/ui/Badge";
import { Icon, type IconName } from "@/shared/ui/Icon";
import { Menu } from "@/shared/ui/Menu";
import { useWorkspaceId } from "@/shared/workspace/context";

const THEME_ICONS: Record<Theme, IconName> = { system: "system", light: "sun", dark: "moon" };

export function UserMenu() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const workspaceId = useWorkspaceId();
  const theme = useTheme();
  const user = useQuery(meOptions).data?.user;
  const help = useAllActions().filter(({ id }) => id === "palette" || id === "shortcuts");
  const themeNames: Record<Theme, string> = { system: t`Like the system`, light: t`Light`, dark: t`Dark` };
  if (!user) return <div className="h-10" />;
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={t`Your account: ${user.name}`}
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-start hover:bg-hover data-popup-open:bg-hover"
        >
          <Avatar name={user.name} />
          <span className="flex-1 truncate">{user.name}</span>
          <Icon name="dots" className="text-muted" />
        </button>
      }
      header={<p className="truncate px-2 pt-1.5 pb-1 text-sm text-muted">{user.email}</p>}
      groups={[
        {
          items: [
            {
              id: "profile",
              label: t`Profile and security`,
              icon: "user",
              run: () =>
                void navigate({
                  to: "/w/$workspaceId/settings/$section",
                  params: { workspaceId, section: "profile" },
                }),
            },
            ...(user.platformAdmin
              ? [
                  {
                    id: "platform",
                    label: t`Platform`,
                    icon: "shield" as const,
                    run: () => void navigate({ to: "/platform" }),
                  },
                ]
              : []),
          ],
        },
        {
          label: t`Theme`,
          items: (Object.keys(themeNames) as Theme[]).map((one) => ({
            id: one,
            label: themeNames[one],
            icon: THEME_ICONS[one],
            checked: one === theme,
            run: () => chooseTheme(one),
          })),
        },
        {
          label: t`Language`,
          items: Object.entries(LOCALES).map(([locale, label]) => ({
            id: locale,
            label: <span lang={locale}>{label}</span>,
            checked: i18n.locale === locale,
            run: () => void chooseLocale(locale as Locale),
          })),
        },
        { items: help },
        { items: [{ id: "sign-out", label: t`Sign out`, icon: "signout", run: () => void signOut() }] },
      ]}
    />
  );
}

// Shows the open workspace and changes to another one.
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { meOptions } from "@/api/account";
import { Icon } from "@/shared/ui/Icon";
import { Menu } from "@/shared/ui/Menu";
import { useWorkspace } from "@/shared/workspace/context";
import { WorkspaceMark } from "@/shared/workspace/WorkspaceMark";

export function WorkspaceSwitcher() {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const navigate = useNavigate();
  const me = useQuery(meOptions);
  const others = me.data?.workspaces ?? [];
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-start hover:bg-hover data-popup-open:bg-hover"
        >
          <WorkspaceMark workspace={workspace} />
          <span className="flex-1 truncate font-semibold">{workspace.name}</span>
          <span className="sr-only">{t`Change workspace`}</span>
          <Icon name="chevrons" size={14} className="text-muted" />
        </button>
      }
      groups={[
        {
          label: t`Workspaces`,
          items: others.map((one) => ({
            id: one.workspace.id,
            label: one.workspace.name,
            checked: one.workspace.id === workspace.id,
            run: () =>
              void navigate({ to: "/w/$workspaceId/schedule", params: { workspaceId: one.workspace.id } }),
          })),
        },
        {
          items: [
            {
              id: "all",
              label: t`New or other workspace…`,
              icon: "plus",
              run: () => void navigate({ to: "/workspaces" }),
            },
          ],
        },
      ]}
    />
  );
}

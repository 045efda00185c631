// Choose a workspace or make one.
import { useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { createWorkspace, meOptions, signOut } from "@/api/account";
import type { Id } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { useForm } from "@/shared/forms/useForm";
import { useRoleName } from "@/shared/names";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { WorkspaceMark } from "@/shared/workspace/WorkspaceMark";
import { AuthPage } from "./AuthPage";

function CreateWorkspace({ onCreated, first }: { onCreated: (id: Id) => void; first: boolean }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const form = useForm({
    initial: { name: "" },
    check: ({ name }) => ({ name: name.trim() ? undefined : t`Give it a name` }),
    submit: async ({ name }) => {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const workspace = await createWorkspace(name.trim(), zone);
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      onCreated(workspace.id);
    },
  });
  return (
    <form className="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
      <Failure text={form.failure} />
      <TextField
        {...form.text("name")}
        label={t`Name of the workspace`}
        hint={t`Usually your company. You can change it later.`}
        autoFocus
        required
      />
      <Button type="submit" look="primary" busy={form.busy} className="h-9">
        {first ? t`Create workspace and start` : t`Create workspace`}
      </Button>
    </form>
  );
}

export function WorkspacesPage({ onOpen }: { onOpen: (workspaceId: Id) => void }) {
  const { t } = useLingui();
  const me = useQuery(meOptions);
  const roleName = useRoleName();
  const [creating, setCreating] = useState(false);
  return (
    <Loaded query={me}>
      {({ workspaces, user }) => {
        const first = workspaces.length === 0;
        return (
          <AuthPage
            title={first ? t`Create your workspace` : t`Choose a workspace`}
            intro={first ? t`A workspace holds the people, projects and plan of one company.` : undefined}
          >
            {!first && (
              <ul className="overflow-hidden rounded-lg border border-line bg-surface">
                {workspaces.map(({ workspace, role }) => (
                  <li key={workspace.id} className="border-b border-line last:border-0">
                    <Link
                      to="/w/$workspaceId/schedule"
                      params={{ workspaceId: workspace.id }}
                      className="flex items-center gap-3 px-4 py-3 hover:bg-hover"
                    >
                      <WorkspaceMark workspace={workspace} />
                      <span className="flex-1 truncate font-medium">{workspace.name}</span>
                      <span className="text-sm text-muted">{roleName(role)}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            )}
            {first || creating ? (
              <CreateWorkspace first={first} onCreated={onOpen} />
            ) : (
              <Button icon="plus" onClick={() => setCreating(true)}>
                {t`New workspace`}
              </Button>
            )}
            <p className="mt-4 flex flex-wrap gap-x-2 text-sm text-muted">
              <span>{t`Signed in as ${user.email}`}</span>
              <button
                type="button"
                className="text-accent-text hover:underline"
                onClick={() => void signOut()}
              >
                {t`Sign out`}
              </button>
            </p>
          </AuthPage>
        );
      }}
    </Loaded>
  );
}

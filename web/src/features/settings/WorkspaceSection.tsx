// The workspace as a whole: settings, looks, and deleting it.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meOptions } from "@/api/account";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import type { Workspace } from "@/api/types";
import { Section } from "@/shared/layout/Section";
import { Button } from "@/shared/ui/Button";
import { ConfirmDialog } from "@/shared/ui/Dialog";
import { Loaded } from "@/shared/ui/states";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import { BrandingSection } from "./BrandingSection";
import { SettingsForm } from "./SettingsForm";

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
        <Loaded query={query}>{(workspace) => <SettingsForm workspace={workspace} />}</Loaded>
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

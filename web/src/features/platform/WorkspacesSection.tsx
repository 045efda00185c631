// Every workspace, without its plan. To see one, a platform admin becomes a member, and its owners see that.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meOptions } from "@/api/account";
import { request } from "@/api/client";
import type { Role } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Row } from "@/shared/layout/Section";
import { optionsOf, useNames } from "@/shared/names";
import { useProblemText } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Select } from "@/shared/ui/Field";
import { toastFailed } from "@/shared/ui/toast";
import { type PlatformWorkspace, useRefreshPlatform } from "./data";
import { PlatformList } from "./PlatformList";

function EnterDialog({ workspace, onClose }: { workspace: PlatformWorkspace; onClose: () => void }) {
  const { t } = useLingui();
  const names = useNames();
  const problem = useProblemText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const refresh = useRefreshPlatform();
  const [role, setRole] = useState<Role>("viewer");
  const [busy, setBusy] = useState(false);
  const enter = async () => {
    setBusy(true);
    try {
      await request("POST", `/platform/workspaces/${workspace.id}/enter`, { body: { role } });
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      void refresh();
      await navigate({ to: "/w/$workspaceId/schedule", params: { workspaceId: workspace.id } });
    } catch (error) {
      toastFailed(problem(error).title, problem(error).detail);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Enter ${workspace.name}?`}
      description={t`You become a member. The audit trail of the workspace says so, and its owners can read it.`}
      footer={
        <>
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button look="primary" busy={busy} onClick={() => void enter()}>
            {t`Become a member`}
          </Button>
        </>
      }
    >
      <Select
        label={t`Role`}
        value={role}
        options={optionsOf(names.role).filter(({ value }) => value !== "owner")}
        onChange={(value) => setRole(value as Role)}
      />
    </Dialog>
  );
}

export function WorkspacesSection() {
  const { t } = useLingui();
  const format = useFormat();
  const names = useNames();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<PlatformWorkspace | null>(null);
  return (
    <>
      <PlatformList<PlatformWorkspace>
        list="workspaces"
        title={t`Workspaces`}
        hint={t`Names and numbers only. To see a plan you have to become a member.`}
        searchLabel={t`Search by name`}
        row={(one) => (
          <Row
            key={one.id}
            actions={
              one.role ? (
                <Button
                  onClick={() =>
                    void navigate({ to: "/w/$workspaceId/schedule", params: { workspaceId: one.id } })
                  }
                >
                  {t`Open as ${names.role[one.role]}`}
                </Button>
              ) : (
                <Button onClick={() => setAsked(one)}>{t`Enter…`}</Button>
              )
            }
          >
            <span className="font-medium">{one.name}</span>
            <span className="text-muted">{format.list(one.owners)}</span>
            <span className="text-sm text-muted">
              {t`${plural(one.members, { one: "# member", other: "# members" })}, since ${format.instant(one.createdAt)}`}
            </span>
          </Row>
        )}
      />
      {asked && <EnterDialog workspace={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

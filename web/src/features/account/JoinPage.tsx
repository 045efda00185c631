// Join a workspace by the link that somebody sent. The token stands after the #, which servers never see.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { joinWorkspace, meOptions } from "@/api/account";
import type { Id } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { useProblemText } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { AuthPage } from "./AuthPage";

export function JoinPage({ token, onJoined }: { token: string; onJoined: (workspaceId: Id) => void }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const text = useProblemText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const join = async () => {
    setBusy(true);
    try {
      const { workspaceId } = await joinWorkspace(token);
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      onJoined(workspaceId);
    } catch (error) {
      setFailure(text(error).title);
      setBusy(false);
    }
  };
  return (
    <AuthPage title={t`Join the workspace`} intro={t`Somebody invited you to plan together.`}>
      <Failure text={failure} />
      <Button look="primary" className="h-9" busy={busy} onClick={() => void join()}>
        {t`Join`}
      </Button>
    </AuthPage>
  );
}

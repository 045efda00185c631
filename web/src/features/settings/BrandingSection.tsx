// How the workspace looks: its colour and its logo.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { meOptions } from "@/api/account";
import { request, workspacePath } from "@/api/client";
import { keys, useWorkspaceQuery } from "@/api/queries";
import type { Workspace } from "@/api/types";
import { Failure } from "@/shared/forms/Failure";
import { Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastDone } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";
import { WorkspaceMark } from "@/shared/workspace/WorkspaceMark";

const LOGO_BYTES_MAX = 512 * 1024;
const PICTURES = "image/png,image/jpeg,image/webp";
const COLOR_FIRST = "#4653c7";

function Branding({ workspace }: { workspace: Workspace }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const problem = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [color, setColor] = useState(workspace.branding?.color ?? COLOR_FIRST);
  const send = async (method: "PUT" | "DELETE", path: string, body?: unknown) => {
    setBusy(true);
    setFailure(null);
    try {
      const headers: Record<string, string> = body instanceof Blob ? { "content-type": body.type } : {};
      await request(method, workspacePath(workspace.id, path), { body, headers, ifMatch: workspace.version });
      toastDone(t`Saved`);
    } catch (error) {
      const { title, detail } = problem(error);
      setFailure([title, detail].filter(Boolean).join(". "));
    } finally {
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.resource(workspace.id, "settings") }),
        client.invalidateQueries({ queryKey: meOptions.queryKey }),
      ]);
      setBusy(false);
    }
  };
  const upload = (file: File | undefined) => {
    if (!file) return;
    if (file.size > LOGO_BYTES_MAX) setFailure(t`The picture is larger than 512 kB.`);
    else if (!PICTURES.split(",").includes(file.type)) setFailure(t`Choose a PNG, JPEG or WebP picture.`);
    else void send("PUT", "/logo", file);
    if (input.current) input.current.value = "";
  };
  const logo = workspace.branding?.logo;
  return (
    <div className="flex flex-col gap-4">
      <Failure text={failure} />
      <div className="flex flex-wrap items-center gap-4">
        <WorkspaceMark workspace={workspace} large />
        <input
          ref={input}
          type="file"
          accept={PICTURES}
          aria-label={t`Logo`}
          className="sr-only"
          tabIndex={-1}
          onChange={(event) => upload(event.target.files?.[0])}
        />
        <Button icon="upload" busy={busy} onClick={() => input.current?.click()}>
          {logo ? t`Another logo…` : t`Choose a logo…`}
        </Button>
        {logo && (
          <Button look="ghost" icon="trash" onClick={() => void send("DELETE", "/logo")}>
            {t`Remove the logo`}
          </Button>
        )}
      </div>
      <p className="text-sm text-muted">{t`PNG, JPEG or WebP, at most 512 kB. Square pictures look best.`}</p>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void send("PUT", "/branding", { color });
        }}
      >
        <TextField
          label={t`Colour`}
          type="color"
          inputClassName="w-16 p-1"
          value={color}
          onChange={setColor}
        />
        <Button type="submit" busy={busy} disabled={color === workspace.branding?.color}>
          {t`Use this colour`}
        </Button>
        {workspace.branding?.color && (
          <Button look="ghost" onClick={() => void send("PUT", "/branding", { color: null })}>
            {t`No colour`}
          </Button>
        )}
      </form>
    </div>
  );
}

export function BrandingSection() {
  const { t } = useLingui();
  const query = useWorkspaceQuery<Workspace>(useWorkspaceId(), "settings", "/settings");
  return (
    <Section title={t`Logo and colour`} hint={t`Everybody sees them beside the workspace's name.`}>
      <Loaded query={query} rows={3}>
        {(workspace) => <Branding key={workspace.version} workspace={workspace} />}
      </Loaded>
    </Section>
  );
}

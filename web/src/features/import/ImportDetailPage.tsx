// One import on its way: say what the columns mean, try it, apply it, look at the result, undo it.
import { useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { request, workspacePath } from "@/api/client";
import { newId } from "@/api/newId";
import { keys, refreshResources } from "@/api/queries";
import type { Id } from "@/api/types";
import { Page } from "@/shared/layout/Page";
import { useProblemText, useRowText } from "@/shared/problems";
import { Badge } from "@/shared/ui/Badge";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Checkbox } from "@/shared/ui/Field";
import { Loaded } from "@/shared/ui/states";
import { toastFailed } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";
import { ImportResult } from "./ImportResult";
import { MappingEditor } from "./MappingEditor";
import {
  hasRun,
  type ImportJob,
  type ImportLook,
  isApplied,
  isWorking,
  type Mapping,
  type UndoReport,
} from "./model";
import { UndoDialog } from "./UndoDialog";
import { useStatusName } from "./useImportWords";

const POLL_MS = 700;
const EVERYTHING = [
  "people",
  "projects",
  "clients",
  "teams",
  "skills",
  "roles",
  "assignments",
  "time-off",
  "imports",
  "derived",
];

function useImport(workspaceId: Id, importId: Id) {
  const client = useQueryClient();
  const problem = useProblemText();
  const path = workspacePath(workspaceId, `/imports/${importId}`);
  const query = useQuery({
    queryKey: [...keys.resource(workspaceId, "imports"), importId],
    queryFn: ({ signal }) => request<ImportJob>("GET", path, { signal }),
    refetchInterval: ({ state }) => (state.data && isWorking(state.data) ? POLL_MS : false),
  });
  const act = async (action: "apply" | "undo", body: object) => {
    const answer = await request<UndoReport>("POST", `${path}/${action}`, {
      body,
      idempotencyKey: newId(),
    }).catch((error) => {
      toastFailed(problem(error).title, problem(error).detail);
      return undefined;
    });
    await refreshResources(client, workspaceId, EVERYTHING);
    return answer;
  };
  const look = useQuery({
    queryKey: [...keys.resource(workspaceId, "import-looks"), importId],
    queryFn: ({ signal }) => request<ImportLook>("POST", `${path}/preview`, { body: {}, signal }),
    enabled: query.data !== undefined && !isApplied(query.data) && query.data.status !== "undone",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return { query, look, act };
}

function Progress({ job }: { job: ImportJob }) {
  const { t } = useLingui();
  const { done = 0, total = 0 } = job.progress ?? {};
  return (
    <div role="status" className="mb-6">
      <p className="mb-1 text-muted">{total > 0 ? t`${done} of ${total} rows` : t`Working…`}</p>
      <progress
        aria-label={t`Progress`}
        className="w-full max-w-md accent-accent"
        value={total > 0 ? done : undefined}
        max={total || undefined}
      />
    </div>
  );
}

function Steps({
  job,
  look,
  act,
}: {
  job: ImportJob;
  look: ImportLook | undefined;
  act: (action: "apply" | "undo", body: object) => Promise<UndoReport | undefined>;
}) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const rowText = useRowText();
  const [chosen, setMapping] = useState<Mapping | null>(null);
  const mapping = chosen ?? look?.preview?.mapping ?? null;
  const [prune, setPrune] = useState(false);
  const [undoing, setUndoing] = useState(false);
  const busy = isWorking(job);
  const applied = isApplied(job);
  const finished = applied || job.status === "undone";
  return (
    <div className="max-w-4xl">
      {busy && <Progress job={job} />}
      {!finished && mapping && look?.preview && (
        <MappingEditor preview={look.preview} mapping={mapping} onChange={setMapping} />
      )}
      {!finished && (
        <div className="mb-8 flex flex-wrap items-center gap-3">
          <Button busy={busy} onClick={() => void act("apply", { mapping, prune, dryRun: true })}>
            {t`Try it, change nothing`}
          </Button>
          <Button look="primary" busy={busy} onClick={() => void act("apply", { mapping, prune })}>
            {t`Apply`}
          </Button>
          <Checkbox
            label={t`Remove what an earlier import of this file brought and is no longer in it`}
            checked={prune}
            onChange={setPrune}
          />
        </div>
      )}
      {job.failure && (
        <p role="alert" className="mb-6 rounded-md bg-danger-soft px-3 py-2 text-danger-text">
          {rowText(job.failure)}
        </p>
      )}
      {hasRun(job) && <ImportResult job={job} dryRun={!finished} />}
      {applied && (
        <div className="flex flex-wrap gap-3">
          <Link to="/w/$workspaceId/schedule" params={{ workspaceId }} className={buttonClass("primary")}>
            {t`Open schedule`}
          </Link>
          <Button icon="undo" onClick={() => setUndoing(true)}>
            {t`Undo this import`}
          </Button>
        </div>
      )}
      {undoing && <UndoDialog onUndo={(force) => act("undo", { force })} onClose={() => setUndoing(false)} />}
    </div>
  );
}

export function ImportDetailPage() {
  const { t } = useLingui();
  const { importId = "" } = useParams({ strict: false });
  const { query, look, act } = useImport(useWorkspaceId(), importId);
  const statusName = useStatusName();
  return (
    <Page
      title={query.data?.name ?? t`Import`}
      beside={
        query.data && (
          <Badge tone={isApplied(query.data) ? "good" : "neutral"}>{statusName(query.data.status)}</Badge>
        )
      }
    >
      <Loaded query={query}>{(job) => <Steps key={job.id} job={job} look={look.data} act={act} />}</Loaded>
    </Page>
  );
}

// Earlier imports, and the place to drop a file.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { request, workspacePath } from "@/api/client";
import { newId } from "@/api/newId";
import { refreshResources, useWorkspaceQuery } from "@/api/queries";
import { Page } from "@/shared/layout/Page";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Badge } from "@/shared/ui/Badge";
import { Button } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/classes";
import { Icon } from "@/shared/ui/Icon";
import { EmptyState, Loaded } from "@/shared/ui/states";
import { useCan, useWorkspaceId } from "@/shared/workspace/context";
import type { ImportJob } from "./model";
import { useStatusName } from "./useImportWords";

const FILE_BYTES_MAX = 64 * 1024 * 1024;
const ACCEPT = ".csv,.tsv,.txt,.xlsx,.xlsm,.xml,.ics";

function DropZone() {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const upload = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > FILE_BYTES_MAX)
      return setFailure(t`The file is larger than 64 MB. Split it or leave out sheets.`);
    setBusy(true);
    setFailure(null);
    try {
      const job = await request<ImportJob>("POST", workspacePath(workspaceId, "/imports"), {
        query: { name: file.name },
        body: file,
        headers: { "content-type": file.type || "application/octet-stream" },
        idempotencyKey: newId(),
      });
      await refreshResources(client, workspaceId, ["imports"]);
      await navigate({ to: "/w/$workspaceId/import/$importId", params: { workspaceId, importId: job.id } });
    } catch (error) {
      const { title, detail } = problem(error);
      setFailure([title, detail].filter(Boolean).join(". "));
      setBusy(false);
    }
  };

  return (
    <section
      aria-label={t`Upload`}
      className={cx(
        "mb-8 flex flex-col items-center gap-3 rounded-lg border-2 border-dashed px-6 py-12 text-center",
        over ? "border-accent bg-selected" : "border-line-strong/50",
      )}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void upload(event.dataTransfer.files[0]);
      }}
    >
      <Icon name="upload" size={24} className="text-accent-text" />
      <p className="font-medium">{t`Drop a file here`}</p>
      <p className="max-w-md text-muted">
        {t`A spreadsheet (CSV, Excel) or a plan of Microsoft Project (XML). Nothing is changed until you say so, and an import can be undone.`}
      </p>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        aria-label={t`File`}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => void upload(event.target.files?.[0])}
      />
      <Button look="primary" busy={busy} onClick={() => input.current?.click()}>
        {busy ? t`Reading the file…` : t`Choose a file`}
      </Button>
      {failure && (
        <p role="alert" className="text-danger-text">
          {failure}
        </p>
      )}
    </section>
  );
}

export function ImportPage() {
  const { t } = useLingui();
  const may = useCan()("import");
  return (
    <Page title={t`Import`}>
      {may ? (
        <div className="max-w-3xl">
          <DropZone />
          <EarlierImports />
        </div>
      ) : (
        <EmptyState icon="upload" title={t`You may not import here`}>
          {t`Ask an admin or a resource manager of this workspace.`}
        </EmptyState>
      )}
    </Page>
  );
}

function EarlierImports() {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const statusName = useStatusName();
  const query = useWorkspaceQuery<{ items: ImportJob[] }>(workspaceId, "imports", "/imports");
  return (
    <Section title={t`Earlier imports`}>
      <Loaded query={query} rows={3}>
        {({ items }) => (
          <Rows empty={t`None yet`}>
            {items.map((job) => (
              <Row key={job.id} actions={<Badge>{statusName(job.status)}</Badge>}>
                <Link
                  to="/w/$workspaceId/import/$importId"
                  params={{ workspaceId, importId: job.id }}
                  className="font-medium hover:underline"
                >
                  {job.name ?? t`Import`}
                </Link>
              </Row>
            ))}
          </Rows>
        )}
      </Loaded>
    </Section>
  );
}

// The first page of an empty workspace: three ways to fill it.
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { createWorkspace, fillWithDemo, meOptions } from "@/api/account";
import { Page } from "@/shared/layout/Page";
import { useProblemText } from "@/shared/problems";
import { Button, buttonClass } from "@/shared/ui/Button";
import { Icon, type IconName } from "@/shared/ui/Icon";
import { toastFailed } from "@/shared/ui/toast";
import { useCan, useWorkspace } from "@/shared/workspace/context";

function Way({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children: ReactNode;
  action: ReactNode;
}) {
  return (
    <section className="flex flex-col gap-2 rounded-lg border border-line p-5">
      <Icon name={icon} size={20} className="text-accent-text" />
      <h2 className="font-semibold">{title}</h2>
      <div className="flex-1 text-muted">{children}</div>
      <div className="mt-2">{action}</div>
    </section>
  );
}

/** Where the made-up people work: its public holidays count. */
const DEMO_REGION = "DE";

/** Makes the demo company in a workspace of its own, so that this one stays clean, and opens it. */
function DemoButton() {
  const { t } = useLingui();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblemText();
  const { workspace } = useWorkspace();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      const made = await createWorkspace(t`Demo company`, workspace.settings.timeZone, DEMO_REGION);
      await fillWithDemo(made.id);
      await client.invalidateQueries({ queryKey: meOptions.queryKey });
      await navigate({ to: "/w/$workspaceId/dashboard", params: { workspaceId: made.id } });
    } catch (error) {
      toastFailed(problem(error).title, problem(error).detail);
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} onClick={() => void make()}>
      {busy ? t`Making the company…` : t`Open a demo company`}
    </Button>
  );
}

export function StartPage() {
  const { t } = useLingui();
  const { workspace } = useWorkspace();
  const can = useCan();
  const params = { workspaceId: workspace.id };
  const name = workspace.name;
  return (
    <Page title={t`Welcome to ${name}`}>
      <div className="mx-auto max-w-4xl pt-6">
        <p className="mb-6 text-lg text-muted">{t`Fill the plan in the way that suits you. Nothing here is final.`}</p>
        <div className="grid gap-4 md:grid-cols-3">
          {can("import") && (
            <Way
              icon="upload"
              title={t`Import a file`}
              action={
                <Link to="/w/$workspaceId/import" params={params} className={buttonClass("primary")}>
                  {t`Choose a file`}
                </Link>
              }
            >
              {t`The spreadsheet of today, or a plan from Microsoft Project. You see every row before it counts, and can undo it.`}
            </Way>
          )}
          <Way
            icon="people"
            title={t`Start by hand`}
            action={
              <Link to="/w/$workspaceId/people" params={params} className={buttonClass()}>
                {t`Add people`}
              </Link>
            }
          >
            {t`Add people, then projects, then draw bookings on the schedule.`}
          </Way>
          <Way icon="schedule" title={t`Look around first`} action={<DemoButton />}>
            {t`A made-up company of 40 people with a year of plans, in a workspace of its own. You can delete it any time.`}
          </Way>
        </div>
        <p className="mt-6">
          <Link to="/w/$workspaceId/schedule" params={params} className="text-accent-text hover:underline">
            {t`Go to the empty schedule`}
          </Link>
        </p>
      </div>
    </Page>
  );
}

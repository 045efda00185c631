// A framed part of the dashboard with a way to the rows behind it.
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import type { ReportSearch } from "@/shared/search";
import { useWorkspaceId } from "@/shared/workspace/context";

/** A name that opens the rows of a report behind it. */
export function ReportLink({ search, children }: { search: ReportSearch; children: ReactNode }) {
  return (
    <Link
      to="/w/$workspaceId/reports"
      params={{ workspaceId: useWorkspaceId() }}
      search={search}
      className="hover:underline"
    >
      {children}
    </Link>
  );
}

export function Card({
  title,
  search,
  children,
}: {
  title: string;
  search?: ReportSearch;
  children: ReactNode;
}) {
  const { t } = useLingui();
  const id = useId();
  const workspaceId = useWorkspaceId();
  return (
    <section aria-labelledby={id} className="flex h-full min-w-0 flex-col rounded-lg border border-line p-4">
      <div className="mb-2 flex items-center gap-2">
        <h2 id={id} className="flex-1 font-semibold">
          {title}
        </h2>
        {search && (
          <Link
            to="/w/$workspaceId/reports"
            params={{ workspaceId }}
            search={search}
            className="rounded-sm text-sm text-muted hover:text-text hover:underline"
            aria-label={t`Details: ${title}`}
          >
            {t`Details`}
          </Link>
        )}
      </div>
      {children}
    </section>
  );
}

// What an import did, or would do: counts by kind, faults by row, and what the file no longer has.
import { useLingui } from "@lingui/react/macro";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useKindNames } from "@/shared/names";
import { FaultList } from "./FaultList";
import { type ImportJob, rowErrors, touchedKinds } from "./model";
import { useKindName } from "./useImportWords";

export function ImportResult({ job, dryRun }: { job: ImportJob; dryRun: boolean }) {
  const { t } = useLingui();
  const format = useFormat();
  const kindName = useKindName();
  const kinds = useKindNames();
  const parts = touchedKinds(job);
  const errors = rowErrors(job);
  const missing = job.missing ?? [];
  return (
    <>
      <FaultList
        severe
        title={t`Rows with faults`}
        hint={t`While there are any, nothing is changed. Correct the file, or give a column another meaning.`}
        faults={errors}
        count={Math.max(job.errorCount ?? 0, errors.length)}
        fileName="errors.csv"
      />
      <Section title={dryRun ? t`What would happen` : t`What happened`}>
        <table className="w-full tabular-nums">
          <thead className="text-sm text-muted">
            <tr>
              <th className="py-1 text-start font-medium">{t`Kind`}</th>
              {[t`Created`, t`Changed`, t`As before`, t`Left out`, t`Removed`].map((head) => (
                <th key={head} className="py-1 text-end font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map(([kind, part]) => (
              <tr key={kind} className="border-t border-line">
                <th className="py-2 text-start font-medium">{kindName(kind)}</th>
                {[part.created, part.updated, part.unchanged, part.skipped, part.removed].map((count, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                  <td key={at} className="py-2 text-end">
                    {format.number(count ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <FaultList
        title={t`Rows to look at`}
        hint={t`They count, but something about them is unusual.`}
        faults={job.warnings ?? []}
        count={job.warningCount ?? 0}
        fileName="warnings.csv"
      />
      {missing.length > 0 && (
        <Section
          title={t`No longer in the file`}
          hint={t`An earlier import of this file brought them. They stay unless you ask for their removal.`}
        >
          <Rows empty="">
            {missing.map((one) => (
              <Row key={one.id}>
                <span className="w-28 text-muted">{kinds[one.kind] ?? one.kind}</span>
                <span className="font-medium">{one.externalId ?? one.id}</span>
              </Row>
            ))}
          </Rows>
        </Section>
      )}
    </>
  );
}

// What an import did, or would do: counts by kind, and the faults by row.
import { useLingui } from "@lingui/react/macro";
import { useFormat } from "@/shared/i18n/format";
import { Section } from "@/shared/layout/Section";
import { saveText, toCsv } from "@/shared/table/columns";
import { Button } from "@/shared/ui/Button";
import { type ImportJob, type RowError, rowErrors, touchedKinds } from "./model";
import { useKindName } from "./useImportWords";

const ERRORS_SHOWN = 100;

export function ImportResult({ job, dryRun }: { job: ImportJob; dryRun: boolean }) {
  const { t } = useLingui();
  const format = useFormat();
  const kindName = useKindName();
  const parts = touchedKinds(job);
  const errors = rowErrors(job);
  const text = (error: RowError) => error.message ?? error.detail ?? error.code;
  const saveErrors = () =>
    saveText(
      toCsv(errors, [
        { id: "row", header: t`Row`, track: "", value: (error) => error.row, cell: () => null },
        { id: "column", header: t`Column`, track: "", value: (error) => error.column, cell: () => null },
        { id: "text", header: t`Fault`, track: "", value: text, cell: () => null },
      ]),
      "errors.csv",
    );
  return (
    <>
      <Section title={dryRun ? t`What would happen` : t`What happened`}>
        <table className="w-full tabular-nums">
          <thead className="text-sm text-muted">
            <tr>
              <th className="py-1 text-start font-medium">{t`Kind`}</th>
              {[t`Created`, t`Changed`, t`As before`, t`Left out`].map((head) => (
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
                <td className="py-2 text-end">{format.number(part.created ?? 0)}</td>
                <td className="py-2 text-end">{format.number(part.updated ?? 0)}</td>
                <td className="py-2 text-end">{format.number(part.unchanged ?? 0)}</td>
                <td className="py-2 text-end">{format.number(part.skipped ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      {errors.length > 0 && (
        <Section
          title={t`Rows with faults`}
          hint={t`They are left out; the other rows count.`}
          actions={
            <Button icon="download" onClick={saveErrors}>
              {t`Save as CSV`}
            </Button>
          }
        >
          <ul className="divide-y divide-line rounded-lg border border-line">
            {errors.slice(0, ERRORS_SHOWN).map((error) => (
              <li
                key={`${error.row}-${error.column}-${error.code}`}
                className="flex flex-wrap gap-x-3 px-4 py-2"
              >
                <span className="w-20 text-muted tabular-nums">{t`Row ${error.row}`}</span>
                {error.column && <span className="font-medium">{error.column}</span>}
                <span className="min-w-40 flex-1 text-danger-text">{text(error)}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

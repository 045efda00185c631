// Rows of a file with what is wrong about them, to be read here or taken along as CSV.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Section } from "@/shared/layout/Section";
import { useRowText } from "@/shared/problems";
import { saveText, toCsv } from "@/shared/table/columns";
import { Button } from "@/shared/ui/Button";
import type { RowError } from "./model";

const SHOWN = 100;

interface Props {
  title: string;
  hint: string;
  faults: readonly RowError[];
  /** All of them; more than are listed. */
  count: number;
  fileName: string;
  severe?: boolean;
}

export function FaultList({ title, hint, faults, count, fileName, severe }: Props) {
  const { t } = useLingui();
  const words = useRowText();
  if (faults.length === 0) return null;
  const text = (fault: RowError) => {
    const said = words(fault);
    return fault.value ? t`${said}: “${fault.value}”` : said;
  };
  const save = () =>
    saveText(
      toCsv(faults, [
        { id: "row", header: t`Row`, track: "", value: (fault) => fault.row, cell: () => null },
        { id: "column", header: t`Column`, track: "", value: (fault) => fault.column, cell: () => null },
        { id: "text", header: t`Fault`, track: "", value: text, cell: () => null },
      ]),
      fileName,
    );
  const more = count - Math.min(faults.length, SHOWN);
  return (
    <Section
      title={title}
      hint={hint}
      actions={
        <Button icon="download" onClick={save}>
          {t`Save as CSV`}
        </Button>
      }
    >
      <ul className="divide-y divide-line rounded-lg border border-line">
        {faults.slice(0, SHOWN).map((fault) => (
          <li key={`${fault.row}-${fault.column}-${fault.code}`} className="flex flex-wrap gap-x-3 px-4 py-2">
            <span className="w-20 text-muted tabular-nums">{t`Row ${fault.row}`}</span>
            {fault.column && <span className="font-medium">{fault.column}</span>}
            <span className={severe ? "min-w-40 flex-1 text-danger-text" : "min-w-40 flex-1"}>
              {text(fault)}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p className="mt-2 text-sm text-muted">
          {t`${plural(more, { one: "and # more", other: "and # more" })}`}
        </p>
      )}
    </Section>
  );
}

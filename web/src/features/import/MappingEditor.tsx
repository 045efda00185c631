// What each column means: the suggestion, a sample of the rows below, and the choice.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { Section } from "@/shared/layout/Section";
import { cx } from "@/shared/ui/classes";
import { Select } from "@/shared/ui/Field";
import { FIELDS, fieldOf, type Mapping, type Preview, withField } from "./model";
import { SavedMappings } from "./SavedMappings";
import { useFieldNames, useNoteText } from "./useImportWords";

const SAMPLE_ROWS = 6;

interface Props {
  preview: Preview;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

export function MappingEditor({ preview, mapping, onChange }: Props) {
  const { t } = useLingui();
  const names = useFieldNames();
  const noteText = useNoteText();
  const columns = preview.columns ?? [];
  const sample = (preview.sample ?? []).slice(0, SAMPLE_ROWS);
  const rows = preview.rows;
  const kinds = [
    { value: "people", label: t`People` },
    { value: "projects", label: t`Projects` },
    { value: "assignments", label: t`Bookings (people and projects come with them)` },
    { value: "compensation", label: t`Pay` },
    { value: "time-off", label: t`Time off` },
  ];
  const units = [
    { value: "hours-per-day", label: t`Hours a day` },
    { value: "hours-per-week", label: t`Hours a week` },
    { value: "days-per-week", label: t`Days a week` },
    { value: "percent", label: t`Per cent (50 is half)` },
    { value: "fraction", label: t`Fraction (0.5 is half)` },
    { value: "total-hours", label: t`Hours in all` },
    { value: "total-days", label: t`Days in all` },
  ];
  const options = [
    { value: "", label: t`Leave out` },
    ...FIELDS.map((value) => ({ value, label: names[value] })),
  ];
  if (columns.length === 0) return null;
  return (
    <Section
      title={t`What the columns mean`}
      hint={
        rows === undefined
          ? undefined
          : t`${plural(rows, { one: "# row was found.", other: "# rows were found." })}`
      }
    >
      <div className="mb-4 flex flex-wrap gap-4">
        <Select
          label={t`Each row is`}
          className="w-88 max-w-full"
          value={mapping.kind}
          options={kinds}
          onChange={(kind) => onChange({ ...mapping, kind: kind as Mapping["kind"] })}
        />
        {mapping.kind === "assignments" && (
          <Select
            label={t`Effort is given in`}
            className="w-52"
            value={mapping.hoursUnit ?? "hours-per-week"}
            options={units}
            onChange={(hoursUnit) => onChange({ ...mapping, hoursUnit })}
          />
        )}
        <SavedMappings mapping={mapping} onUse={onChange} />
      </div>
      {preview.notes?.map((note) => (
        <p key={`${note.code}${note.value}`} className="mb-2 text-sm text-warn-text">
          {noteText(note)}
        </p>
      ))}
      <div
        className="relative overflow-x-auto rounded-lg border border-line"
        tabIndex={0}
        role="region"
        aria-label={t`Columns`}
      >
        <table className="min-w-full">
          <thead className="bg-sunken">
            <tr>
              {columns.map((column, index) => {
                const field = fieldOf(mapping, column, index);
                return (
                  <th key={column.letter} className="px-3 py-2 text-start align-top font-medium">
                    <span className="block truncate">{column.header || column.letter}</span>
                    {column.startsOn && !field ? (
                      <span className="mt-1 block text-sm font-normal text-muted">{t`Hours of a period`}</span>
                    ) : (
                      <Select
                        hideLabel
                        label={t`Meaning of ${column.header || column.letter}`}
                        className={cx("mt-1 min-w-44 font-normal", !field && "opacity-70")}
                        value={field ?? ""}
                        options={options}
                        onChange={(next) => onChange(withField(mapping, column, index, next || null))}
                      />
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {sample.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a sample row is its place
              <tr key={at} className="border-t border-line">
                {columns.map((column, index) => (
                  <td key={column.letter} className="max-w-52 truncate px-3 py-1.5 text-muted">
                    {row[index]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

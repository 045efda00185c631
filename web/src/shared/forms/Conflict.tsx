// Two people changed the same thing: both versions, side by side.
import { useLingui } from "@lingui/react/macro";
import { Button } from "../ui/Button";
import type { FieldSpec, FieldValue, FieldValues } from "./fields";

interface Props {
  fields: readonly FieldSpec[];
  mine: FieldValues;
  theirs: FieldValues;
  onMine: () => void;
  onTheirs: () => void;
}

function words(field: FieldSpec, value: FieldValue | undefined): string {
  if (value === null || value === undefined || value.length === 0) return "–";
  const name = (one: string) => field.options?.find((option) => option.value === one)?.label ?? one;
  return Array.isArray(value) ? value.map(name).join(", ") : name(value);
}

export function Conflict({ fields, mine, theirs, onMine, onTheirs }: Props) {
  const { t } = useLingui();
  return (
    <div role="alert" className="rounded-lg border border-warn bg-warn-soft p-4">
      <p className="font-medium">{t`Somebody else saved this while you were editing.`}</p>
      <table className="my-3 w-full text-start">
        <thead className="text-sm text-muted">
          <tr>
            <th className="text-start font-medium">{t`Field`}</th>
            <th className="text-start font-medium">{t`Yours`}</th>
            <th className="text-start font-medium">{t`Theirs`}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.name}>
              <th className="pe-3 text-start font-normal">{field.label}</th>
              <td className="pe-3">{words(field, mine[field.name])}</td>
              <td>{words(field, theirs[field.name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="flex gap-2">
        <Button look="primary" onClick={onMine}>{t`Save mine`}</Button>
        <Button onClick={onTheirs}>{t`Take theirs`}</Button>
      </div>
    </div>
  );
}

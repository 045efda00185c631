/** Several choices out of a list that may be long: a search field above checkboxes. */
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Checkbox, TextField } from "@/shared/ui/Field";
import { folded } from "../view/rows";

interface Props {
  label: string;
  names: ReadonlyMap<string, string>;
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}

const SEARCH_FROM = 8;
const SHOWN_MAX = 60;

export function ChoiceList({ label, names, chosen, onChange }: Props) {
  const { t } = useLingui();
  const [text, setText] = useState("");
  if (names.size === 0) return null;
  const wanted = folded(text);
  const found = [...names]
    .filter(([id, name]) => chosen.includes(id) || folded(name).includes(wanted))
    .slice(0, SHOWN_MAX);
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <fieldset className="min-w-0">
      <legend className="pb-1 text-sm font-medium">{label}</legend>
      {names.size >= SEARCH_FROM && (
        <TextField
          label={t`Search ${label}`}
          hideLabel
          type="search"
          placeholder={t`Search`}
          value={text}
          onChange={setText}
        />
      )}
      <div className="max-h-[min(9rem,13dvh)] overflow-y-auto pt-1">
        {found.map(([id, name]) => (
          <div key={id}>
            <Checkbox label={name} checked={chosen.includes(id)} onChange={(on) => toggle(id, on)} />
          </div>
        ))}
      </div>
    </fieldset>
  );
}

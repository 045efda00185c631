// Edits an object of a workspace and sends only what changed. When somebody else saved first, both versions are
// shown and the person decides; nothing typed is lost.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { request, workspacePath } from "@/api/client";
import { isProblem } from "@/api/problem";
import { useChange } from "@/api/queries";
import type { Id, Stored } from "@/api/types";
import { useFieldText, useProblemText } from "../problems";
import { Button } from "../ui/Button";
import { toastDone } from "../ui/toast";
import { Conflict } from "./Conflict";
import { Failure } from "./Failure";
import { FieldControl } from "./FieldControl";
import { type FieldSpec, type FieldValues, patchOf, valuesOf } from "./fields";
import { LeaveGuard } from "./LeaveGuard";

interface Props {
  workspaceId: Id;
  resource: string;
  object: Stored;
  fields: readonly FieldSpec[];
  readOnly?: boolean;
}

export function ObjectForm({ workspaceId, resource, object, fields, readOnly }: Props) {
  const { t } = useLingui();
  const problem = useProblemText();
  const fieldText = useFieldText();
  const change = useChange(workspaceId, resource);
  const [base, setBase] = useState(object);
  const [edits, setEdits] = useState<FieldValues>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [theirs, setTheirs] = useState<Stored | null>(null);
  const path = `/${resource}/${object.id}`;

  // Another's change arrives while nothing is being edited: show it.
  if (object.version !== base.version && Object.keys(edits).length === 0) setBase(object);

  const before = valuesOf(base, fields);
  const now = { ...before, ...edits };
  const patch = patchOf(before, now);
  const changed = Object.keys(patch).length > 0;

  const save = async (version: number) => {
    setFailure(null);
    try {
      await change.mutateAsync({ method: "PATCH", path, body: patch, version });
      setEdits({});
      setTheirs(null);
      toastDone(t`Saved`);
    } catch (error) {
      if (isProblem(error) && error.status === 412) {
        setTheirs(await request<Stored>("GET", workspacePath(workspaceId, path)));
      } else setFailure(error);
    }
  };
  const discard = () => {
    if (theirs) setBase(theirs);
    setEdits({});
    setTheirs(null);
    setFailure(null);
  };
  const words = failure ? problem(failure) : null;
  const faultOf = (name: string) => {
    const fault = isProblem(failure) ? failure.at(`/${name}`) : undefined;
    return fault ? fieldText(fault) : null;
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save(base.version);
      }}
      noValidate
    >
      <LeaveGuard when={changed && !readOnly} />
      <div className="grid gap-4 sm:grid-cols-2">
        {fields.map((field) => (
          <FieldControl
            key={field.name}
            field={field}
            value={now[field.name] ?? null}
            disabled={readOnly}
            error={faultOf(field.name)}
            onChange={(value) => setEdits((all) => ({ ...all, [field.name]: value }))}
          />
        ))}
      </div>
      <div className="mt-4 flex flex-col gap-3">
        <Failure text={words && [words.title, words.detail].filter(Boolean).join(". ")} />
        {theirs && (
          <Conflict
            fields={fields.filter((field) => field.name in patch)}
            mine={now}
            theirs={valuesOf(theirs, fields)}
            onMine={() => void save(theirs.version)}
            onTheirs={discard}
          />
        )}
        {changed && !theirs && !readOnly && (
          <div className="flex gap-2">
            <Button type="submit" look="primary" busy={change.isPending}>
              {t`Save`}
            </Button>
            <Button onClick={discard}>{t`Discard`}</Button>
          </div>
        )}
      </div>
    </form>
  );
}

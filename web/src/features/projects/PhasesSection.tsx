// The phases and milestones of a project, added and changed in place.
import { useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { type Change, useChange } from "@/api/queries";
import type { Project } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { Button, IconButton } from "@/shared/ui/Button";
import { Checkbox, TextField } from "@/shared/ui/Field";
import { toastFailed } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";

interface Props {
  project: Project;
  readOnly: boolean;
}

function useSend(project: Project) {
  const problem = useProblemText();
  const change = useChange(useWorkspaceId(), "projects");
  return (method: Change["method"], path: string, body?: unknown) =>
    change
      .mutateAsync({ method, path: `/projects/${project.id}${path}`, body, version: project.version })
      .then(() => true)
      .catch((error) => {
        const { title, detail } = problem(error);
        toastFailed(title, detail);
        return false;
      });
}

interface AddProps {
  label: string;
  withEnd?: boolean;
  onAdd: (name: string, from: string, to: string) => Promise<boolean>;
}

function AddDated({ label, withEnd, onAdd }: AddProps) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const ready = name.trim() !== "" && (withEnd || from !== "");
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || !(await onAdd(name.trim(), from, to))) return;
    setName("");
    setFrom("");
    setTo("");
  };
  return (
    <form className="mt-2 flex flex-wrap items-end gap-2" onSubmit={(event) => void add(event)}>
      <TextField label={label} className="min-w-36 flex-1" value={name} onChange={setName} />
      <TextField
        label={withEnd ? t`From` : t`On`}
        type="date"
        className="w-38"
        value={from}
        onChange={setFrom}
      />
      {withEnd && <TextField label={t`To`} type="date" className="w-38" value={to} onChange={setTo} />}
      <Button type="submit" icon="plus" disabled={!ready}>
        {t`Add`}
      </Button>
    </form>
  );
}

export function PhasesSection({ project, readOnly }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const send = useSend(project);
  return (
    <Section title={t`Phases`}>
      <Rows empty={t`No phases`}>
        {project.phases.map((phase) => (
          <Row
            key={phase.id}
            actions={
              !readOnly && (
                <IconButton
                  icon="trash"
                  label={t`Delete ${phase.name}`}
                  onClick={() => void send("DELETE", `/phases/${phase.id}`)}
                />
              )
            }
          >
            <span className="flex-1 font-medium">{phase.name}</span>
            {phase.startsOn && (
              <span className="text-muted">{format.range(phase.startsOn, phase.endsOn)}</span>
            )}
          </Row>
        ))}
      </Rows>
      {!readOnly && (
        <AddDated
          withEnd
          label={t`New phase`}
          onAdd={(name, from, to) =>
            send("POST", "/phases", { name, startsOn: from || null, endsOn: to || null })
          }
        />
      )}
    </Section>
  );
}

export function MilestonesSection({ project, readOnly }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const send = useSend(project);
  return (
    <Section title={t`Milestones`}>
      <Rows empty={t`No milestones`}>
        {project.milestones.map((milestone) => (
          <Row
            key={milestone.id}
            actions={
              !readOnly && (
                <IconButton
                  icon="trash"
                  label={t`Delete ${milestone.name}`}
                  onClick={() => void send("DELETE", `/milestones/${milestone.id}`)}
                />
              )
            }
          >
            <Checkbox
              className="flex-1 font-medium"
              label={milestone.name}
              checked={milestone.done}
              disabled={readOnly}
              onChange={(done) => void send("PATCH", `/milestones/${milestone.id}`, { done })}
            />
            <span className="text-muted">{format.day(milestone.on)}</span>
          </Row>
        ))}
      </Rows>
      {!readOnly && (
        <AddDated
          label={t`New milestone`}
          onAdd={(name, on) => send("POST", "/milestones", { name, on, done: false })}
        />
      )}
    </Section>
  );
}

// The phases and milestones of a project, added and changed in place.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { type Change, useChange } from "@/api/queries";
import type { Project } from "@/api/types";
import { useFormat } from "@/shared/i18n/format";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { IconButton } from "@/shared/ui/Button";
import { Checkbox } from "@/shared/ui/Field";
import { toastFailed } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";
import { DatedForm } from "./DatedForm";

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

type Send = ReturnType<typeof useSend>;

/** Which line is being changed, and its way to the server. */
function useEditing(send: Send) {
  const [editing, setEditing] = useState<string | null>(null);
  const save = async (path: string, body: object) => {
    const done = await send("PATCH", path, body);
    if (done) setEditing(null);
    return done;
  };
  return [editing, save, setEditing] as const;
}

export function PhasesSection({ project, readOnly }: Props) {
  const { t } = useLingui();
  const format = useFormat();
  const send = useSend(project);
  const [editing, save, setEditing] = useEditing(send);
  return (
    <Section title={t`Phases`}>
      <Rows empty={t`No phases`}>
        {project.phases.map((phase) => (
          <Row
            key={phase.id}
            actions={
              !readOnly &&
              editing !== phase.id && (
                <>
                  <IconButton
                    icon="edit"
                    label={t`Change ${phase.name}`}
                    onClick={() => setEditing(phase.id)}
                  />
                  <IconButton
                    icon="trash"
                    label={t`Delete ${phase.name}`}
                    onClick={() => void send("DELETE", `/phases/${phase.id}`)}
                  />
                </>
              )
            }
          >
            {editing === phase.id ? (
              <DatedForm
                withEnd
                label={t`Phase`}
                initial={{ name: phase.name, from: phase.startsOn ?? "", to: phase.endsOn ?? "" }}
                onSave={(name, from, to) =>
                  save(`/phases/${phase.id}`, { name, startsOn: from || null, endsOn: to || null })
                }
                onCancel={() => setEditing(null)}
              />
            ) : (
              <>
                <span className="flex-1 font-medium">{phase.name}</span>
                {phase.startsOn && (
                  <span className="text-muted">{format.range(phase.startsOn, phase.endsOn)}</span>
                )}
              </>
            )}
          </Row>
        ))}
      </Rows>
      {!readOnly && (
        <DatedForm
          withEnd
          label={t`New phase`}
          onSave={(name, from, to) =>
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
  const [editing, save, setEditing] = useEditing(send);
  return (
    <Section title={t`Milestones`}>
      <Rows empty={t`No milestones`}>
        {project.milestones.map((milestone) => (
          <Row
            key={milestone.id}
            actions={
              !readOnly &&
              editing !== milestone.id && (
                <>
                  <IconButton
                    icon="edit"
                    label={t`Change ${milestone.name}`}
                    onClick={() => setEditing(milestone.id)}
                  />
                  <IconButton
                    icon="trash"
                    label={t`Delete ${milestone.name}`}
                    onClick={() => void send("DELETE", `/milestones/${milestone.id}`)}
                  />
                </>
              )
            }
          >
            {editing === milestone.id ? (
              <DatedForm
                label={t`Milestone`}
                initial={{ name: milestone.name, from: milestone.on, to: "" }}
                onSave={(name, on) => save(`/milestones/${milestone.id}`, { name, on })}
                onCancel={() => setEditing(null)}
              />
            ) : (
              <>
                <Checkbox
                  className="flex-1 font-medium"
                  label={milestone.name}
                  checked={milestone.done}
                  disabled={readOnly}
                  onChange={(done) => void send("PATCH", `/milestones/${milestone.id}`, { done })}
                />
                <span className="text-muted">{format.day(milestone.on)}</span>
              </>
            )}
          </Row>
        ))}
      </Rows>
      {!readOnly && (
        <DatedForm
          label={t`New milestone`}
          onSave={(name, on) => send("POST", "/milestones", { name, on, done: false })}
        />
      )}
    </Section>
  );
}

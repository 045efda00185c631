// What a person can do, each with a level from 1 to 5.
import { useLingui } from "@lingui/react/macro";
import { useChange, useIndex } from "@/api/queries";
import type { Person } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { useOptions } from "@/shared/catalogue";
import { Row, Rows, Section } from "@/shared/layout/Section";
import { useProblemText } from "@/shared/problems";
import { IconButton } from "@/shared/ui/Button";
import { Combobox } from "@/shared/ui/Combobox";
import { Select } from "@/shared/ui/Field";
import { toastFailed } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";

const LEVELS = ["1", "2", "3", "4", "5"].map((value) => ({ value, label: value }));
const LEVEL_NEW = 3;

export function SkillsSection({ person, readOnly }: { person: Person; readOnly: boolean }) {
  const { t } = useLingui();
  const workspaceId = useWorkspaceId();
  const index = useIndex(workspaceId, "skills", useAsOf());
  const options = useOptions(workspaceId, "skills");
  const problem = useProblemText();
  const change = useChange(workspaceId, "people");
  const send = (method: "PUT" | "DELETE", skillId: string, level?: number) =>
    change
      .mutateAsync({
        method,
        path: `/people/${person.id}/skills/${skillId}`,
        version: person.version,
        body: level === undefined ? undefined : { level },
      })
      .catch((error) => toastFailed(problem(error).title));
  const free = options.filter((option) => !person.skills.some((skill) => skill.skillId === option.value));
  return (
    <Section title={t`Skills`} hint={t`Level 1 is a beginner, 5 an expert.`}>
      <Rows empty={t`No skills yet`}>
        {person.skills.map((skill) => {
          const name = index.get(skill.skillId)?.name ?? "…";
          return (
            <Row
              key={skill.skillId}
              actions={
                <>
                  <Select
                    hideLabel
                    label={t`Level of ${name}`}
                    className="w-18"
                    disabled={readOnly}
                    value={String(skill.level)}
                    options={LEVELS}
                    onChange={(level) => void send("PUT", skill.skillId, Number(level))}
                  />
                  {!readOnly && (
                    <IconButton
                      icon="trash"
                      label={t`Remove ${name}`}
                      onClick={() => void send("DELETE", skill.skillId)}
                    />
                  )}
                </>
              }
            >
              {name}
            </Row>
          );
        })}
      </Rows>
      {!readOnly && free.length > 0 && (
        <Combobox
          key={person.version}
          hideLabel
          className="mt-2 max-w-xs"
          label={t`Add a skill`}
          placeholder={t`Add a skill…`}
          options={free}
          value={null}
          onChange={(skillId) => skillId && void send("PUT", skillId, LEVEL_NEW)}
        />
      )}
    </Section>
  );
}

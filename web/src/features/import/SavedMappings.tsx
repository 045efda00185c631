// Mappings kept under a name, for the next file of the same shape.
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useChange, useWorkspaceQuery } from "@/api/queries";
import { useProblemText } from "@/shared/problems";
import { Button } from "@/shared/ui/Button";
import { Select, TextField } from "@/shared/ui/Field";
import { Popover } from "@/shared/ui/Popover";
import { toastDone, toastFailed } from "@/shared/ui/toast";
import { useWorkspaceId } from "@/shared/workspace/context";
import type { Mapping } from "./model";

interface Props {
  mapping: Mapping;
  onUse: (mapping: Mapping) => void;
}

export function SavedMappings({ mapping, onUse }: Props) {
  const { t } = useLingui();
  const problem = useProblemText();
  const workspaceId = useWorkspaceId();
  const [name, setName] = useState("");
  const [open, setOpen] = useState(false);
  const change = useChange(workspaceId, "import-mappings");
  const query = useWorkspaceQuery<{ items: { name: string; mapping: Mapping }[] }>(
    workspaceId,
    "import-mappings",
    "/import-mappings",
  );
  const saved = query.data?.items ?? [];
  const save = () =>
    change
      .mutateAsync({
        method: "PUT",
        path: `/import-mappings/${encodeURIComponent(name.trim())}`,
        version: 1,
        body: { mapping },
      })
      .then(() => {
        toastDone(t`Saved`);
        setOpen(false);
      })
      .catch((error) => toastFailed(problem(error).title, problem(error).detail));
  return (
    <>
      {saved.length > 0 && (
        <Select
          label={t`Saved meaning`}
          className="w-44"
          value=""
          options={[
            { value: "", label: t`Choose…` },
            ...saved.map((one) => ({ value: one.name, label: one.name })),
          ]}
          onChange={(chosen) => {
            const found = saved.find((one) => one.name === chosen);
            if (found) onUse(found.mapping);
          }}
        />
      )}
      <Popover
        open={open}
        onOpenChange={setOpen}
        title={t`Save the meaning of the columns`}
        trigger={<Button className="self-end">{t`Save for the next file…`}</Button>}
      >
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField label={t`Name`} value={name} onChange={setName} />
          <Button type="submit" look="primary" busy={change.isPending} disabled={!name.trim()}>
            {t`Save`}
          </Button>
        </form>
      </Popover>
    </>
  );
}

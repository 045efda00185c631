// What may be done with the chosen rows: give them all a value, delete them, bring them back.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/Dialog";
import { Select, TextField } from "../ui/Field";
import { Popover } from "../ui/Popover";
import type { Column } from "./columns";

interface Props<T> {
  count: number;
  columns: readonly Column<T>[];
  busy: boolean;
  /** The rows are deleted ones. */
  deleted: boolean;
  onSet: (column: Column<T>, value: string | null) => void;
  onRemove: () => void;
  onRestore: () => void;
  onClear: () => void;
}

function SetValue<T>({ columns, onSet }: Pick<Props<T>, "columns" | "onSet">) {
  const { t } = useLingui();
  const [open, setOpen] = useState(false);
  const [id, setId] = useState(columns[0]?.id ?? "");
  const [value, setValue] = useState("");
  const column = columns.find((one) => one.id === id);
  if (!column?.edit) return null;
  const { options, required, type } = column.edit;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      title={t`Give all chosen rows a value`}
      trigger={<Button icon="edit">{t`Change…`}</Button>}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setOpen(false);
          onSet(column, value || null);
        }}
      >
        <Select
          label={t`Field`}
          value={id}
          options={columns.map((one) => ({ value: one.id, label: one.edit?.bulkLabel ?? one.header }))}
          onChange={(next) => {
            setId(next);
            setValue("");
          }}
        />
        {options ? (
          <Select
            label={t`New value`}
            value={value}
            options={
              required
                ? [{ value: "", label: t`Choose…` }, ...options]
                : [{ value: "", label: "–" }, ...options]
            }
            onChange={setValue}
          />
        ) : (
          <TextField label={t`New value`} type={type ?? "text"} value={value} onChange={setValue} />
        )}
        <Button type="submit" look="primary" disabled={required && !value}>
          {t`Change all`}
        </Button>
      </form>
    </Popover>
  );
}

export function SelectionBar<T>(props: Props<T>) {
  const { t } = useLingui();
  const { count, columns, busy, deleted, onSet, onRemove, onRestore, onClear } = props;
  const [asking, setAsking] = useState(false);
  return (
    <div
      role="region"
      aria-label={t`Chosen rows`}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-selected px-3 py-2 md:px-6"
    >
      <span role="status" className="font-medium">
        {busy ? t`Working…` : t`${plural(count, { one: "# row chosen", other: "# rows chosen" })}`}
      </span>
      {deleted ? (
        <Button icon="undo" busy={busy} onClick={onRestore}>
          {t`Bring back`}
        </Button>
      ) : (
        <>
          <SetValue columns={columns.filter((column) => column.edit?.bulk !== false)} onSet={onSet} />
          <Button icon="trash" busy={busy} onClick={() => setAsking(true)}>
            {t`Delete`}
          </Button>
        </>
      )}
      <Button look="ghost" onClick={onClear}>
        {t`Choose none`}
      </Button>
      <ConfirmDialog
        danger
        open={asking}
        onOpenChange={setAsking}
        title={t`${plural(count, { one: "Delete # row?", other: "Delete # rows?" })}`}
        text={t`They leave every list and report. You can take it back right after.`}
        confirmLabel={t`Delete`}
        onConfirm={onRemove}
      />
    </div>
  );
}

/** Somebody else saved the same assignment first: both versions beside each other. */
import { useLingui } from "@lingui/react/macro";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { readBar } from "../data/wire";
import type { BarPatch } from "../edit/deeds";
import type { OpenConflict } from "../edit/useEditor";
import type { Wording } from "../grid/frame";
import type { Bar } from "../model";
import { useEffortText } from "../view/useEffortText";

interface Props {
  conflict: OpenConflict;
  wording: Wording;
  nameOf: (kind: "person" | "project", id: string) => string;
}

export function ConflictDialog({ conflict, wording, nameOf }: Props) {
  const { t } = useLingui();
  const effortText = useEffortText();
  const { deed, theirs } = conflict;
  const bar = readBar(theirs, theirs.personId);
  const patch: BarPatch = deed.kind === "patch" ? deed.patch : {};
  const mine: Bar = { ...bar, ...patch };
  const rows = [
    { name: t`Person`, theirs: nameOf("person", bar.personId), mine: nameOf("person", mine.personId) },
    { name: t`Project`, theirs: nameOf("project", bar.projectId), mine: nameOf("project", mine.projectId) },
    { name: t`When`, theirs: wording.range(bar.from, bar.to), mine: wording.range(mine.from, mine.to) },
    { name: t`Effort`, theirs: effortText(bar.effort), mine: effortText(mine.effort) },
    { name: t`Note`, theirs: bar.note ?? "–", mine: mine.note ?? "–" },
  ];
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && conflict.answer(false)}
      title={t`Somebody else changed this in the meantime`}
      description={
        deed.kind === "remove"
          ? t`You were about to delete it.`
          : t`Nothing is lost: choose which version stays.`
      }
      footer={
        <>
          <Button onClick={() => conflict.answer(false)}>{t`Keep theirs`}</Button>
          <Button look="primary" onClick={() => conflict.answer(true)}>
            {deed.kind === "remove" ? t`Delete all the same` : t`Save mine`}
          </Button>
        </>
      }
    >
      <table className="w-full">
        <thead>
          <tr className="text-sm text-muted">
            <td />
            <th className="py-1 text-start font-normal">{t`Theirs`}</th>
            <th className="py-1 text-start font-normal">{t`Mine`}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name} className="border-t border-line">
              <th className="py-1.5 pe-3 text-start text-sm font-normal text-muted">{row.name}</th>
              <td className="py-1.5 pe-3">{row.theirs}</td>
              <td className={row.mine === row.theirs ? "py-1.5" : "py-1.5 font-semibold"}>{row.mine}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

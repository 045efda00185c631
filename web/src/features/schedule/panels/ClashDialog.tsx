/** What to do when saving would overbook somebody: leave it, hold it as tentative, or book it anyway. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useFormat } from "@/shared/i18n/format";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import type { OpenClash } from "../edit/useEditor";

const ROWS_MAX = 8;

interface Props {
  clash: OpenClash;
  nameOf: (personId: string) => string;
}

export function ClashDialog({ clash, nameOf }: Props) {
  const { t } = useLingui();
  const { hours, shortDay, range } = useFormat();
  const { clashes } = clash;
  const shown = clashes.slice(0, ROWS_MAX);
  const rest = clashes.length - shown.length;
  const [somebody, ...others] = new Set(clashes.map((one) => one.personId));
  const several = others.length > 0;
  const count = plural(clash.count, { one: "# booking does not fit.", other: "# bookings do not fit." });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && clash.answer(null)}
      title={t`This would overbook somebody`}
      description={somebody && !several ? `${nameOf(somebody)}: ${count}` : count}
      footer={
        <>
          <Button onClick={() => clash.answer(null)}>{t`Leave as it was`}</Button>
          <Button onClick={() => clash.answer("tentative")}>{t`Save as tentative`}</Button>
          <Button look="danger" onClick={() => clash.answer("allow")}>{t`Book anyway`}</Button>
        </>
      }
    >
      <table className="w-full text-start">
        <thead>
          <tr className="text-sm text-muted">
            {several && <th className="py-1 text-start font-normal">{t`Who`}</th>}
            <th className="py-1 text-start font-normal">{t`When`}</th>
            <th className="py-1 text-end font-normal">{t`Booked`}</th>
            <th className="py-1 text-end font-normal">{t`Available`}</th>
            <th className="py-1 text-end font-normal">{t`Too much`}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr
              key={`${one.personId}${one.scope}${one.from}${one.loadMinutes}`}
              className="border-t border-line tabular-nums"
            >
              {several && <td className="max-w-40 truncate pe-3">{nameOf(one.personId ?? "")}</td>}
              <th className="py-1.5 text-start font-medium">
                {one.from === one.to ? shortDay(one.from) : range(one.from, one.to)}
              </th>
              <td className="text-end">{hours(one.loadMinutes)}</td>
              <td className="text-end">{hours(one.capacityMinutes)}</td>
              <td className="text-end font-medium text-danger-text">
                +{hours(one.loadMinutes - one.capacityMinutes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <p className="py-2 text-sm text-muted">{plural(rest, { one: "and # more", other: "and # more" })}</p>
      )}
    </Dialog>
  );
}

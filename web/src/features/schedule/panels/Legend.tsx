/** What the signs of the grid mean, and the way to an older plan. */
import { useLingui } from "@lingui/react/macro";
import { IconButton } from "@/shared/ui/Button";
import { TextField } from "@/shared/ui/Field";
import { Popover } from "@/shared/ui/Popover";
import type { ChangeView } from "../view/useView";
import type { ViewState } from "../view/viewState";

const SWATCH = "inline-block h-4 w-8 shrink-0 rounded-sm";

export function Legend({ view, change }: { view: ViewState; change: ChangeView }) {
  const { t } = useLingui();
  const signs = [
    { className: `${SWATCH} bg-accent/30 border-s-3 border-accent`, text: t`Confirmed` },
    { className: `${SWATCH} border border-dashed border-accent tentative-hatch`, text: t`Tentative` },
    { className: `${SWATCH} bg-load-low`, text: t`Some of the time is booked` },
    { className: `${SWATCH} bg-load-full`, text: t`Fully booked` },
    { className: `${SWATCH} bg-load-over`, text: t`Overbooked, with an arrow below` },
    { className: `${SWATCH} bg-time-off`, text: t`Time off` },
    { className: `${SWATCH} bg-holiday`, text: t`Public holiday` },
  ];
  const setInstant = (text: string) => {
    const instant = new Date(text);
    change({ asOf: Number.isNaN(instant.getTime()) ? null : instant.toISOString() });
  };
  return (
    <Popover
      title={t`Legend and history`}
      align="end"
      trigger={<IconButton icon="info" label={t`Legend and history`} />}
    >
      <ul className="flex flex-col gap-2 pb-4">
        {signs.map((sign) => (
          <li key={sign.text} className="flex items-center gap-3">
            <span aria-hidden="true" className={sign.className} />
            {sign.text}
          </li>
        ))}
      </ul>
      <TextField
        label={t`Show the plan as of`}
        type="datetime-local"
        defaultValue={view.asOf ? view.asOf.slice(0, 16) : ""}
        onChange={setInstant}
      />
    </Popover>
  );
}

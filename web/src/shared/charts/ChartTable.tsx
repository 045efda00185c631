// The numbers of a chart as a table that opens below it.
import { useLingui } from "@lingui/react/macro";
import type { Bar, Series } from "./StackedBars";

interface Props {
  title: string;
  bars: readonly Bar[];
  series: readonly Series[];
  lineLabel?: string;
  format: (value: number) => string;
}

export function ChartTable({ title, bars, series, lineLabel, format }: Props) {
  const { t } = useLingui();
  return (
    <details className="mt-1 text-sm">
      <summary className="w-fit rounded-sm text-muted hover:text-text">{t`Show as table`}</summary>
      <div className="relative mt-2 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={title}>
        <table className="w-full tabular-nums">
          <thead>
            <tr className="text-muted">
              <th className="py-1 pe-3 text-start font-medium">{t`Period`}</th>
              {series.map((one) => (
                <th key={one.id} className="py-1 ps-3 text-end font-medium">
                  {one.label}
                </th>
              ))}
              {lineLabel && <th className="py-1 ps-3 text-end font-medium">{lineLabel}</th>}
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.id} className="border-t border-line">
                <th className="py-1 pe-3 text-start font-normal">{bar.label}</th>
                {series.map((one) => (
                  <td key={one.id} className="py-1 ps-3 text-end">
                    {format(bar.values[one.id] ?? 0)}
                  </td>
                ))}
                {lineLabel && <td className="py-1 ps-3 text-end">{format(bar.line ?? 0)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

// Which colour and pattern is what.
import type { Series } from "./StackedBars";

export function Legend({ series, lineLabel }: { series: readonly Series[]; lineLabel?: string }) {
  return (
    <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted" aria-hidden="true">
      {series.map((one) => (
        <li key={one.id} className="flex items-center gap-1.5">
          <span
            className={`size-2.5 rounded-xs ${one.hatched ? "tentative-hatch" : ""}`}
            style={{ backgroundColor: one.color }}
          />
          {one.label}
        </li>
      ))}
      {lineLabel && (
        <li className="flex items-center gap-1.5">
          <span className="w-4 border-t-2 border-dashed border-text" />
          {lineLabel}
        </li>
      )}
    </ul>
  );
}

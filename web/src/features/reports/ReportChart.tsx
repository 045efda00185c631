// Draws the picture of a report; the report's own table stands below it.
import { Meter } from "@/shared/charts/Meter";
import { StackedBars } from "@/shared/charts/StackedBars";
import type { Chart } from "./chart";

export function ReportChart({ chart, title }: { chart: Chart; title: string }) {
  if (chart.kind === "bars")
    return (
      <div className="mb-6 max-w-5xl">
        <StackedBars title={title} {...chart} />
      </div>
    );
  return (
    <figure className="mb-6 grid max-w-5xl gap-x-8 md:grid-cols-2" aria-label={title}>
      {chart.shares.map((share) => (
        <Meter
          key={share.id}
          label={share.label}
          basisPoints={share.basisPoints}
          text={share.text}
          color={share.over ? "var(--danger)" : undefined}
        />
      ))}
    </figure>
  );
}

// Bars over time, each a stack of parts, with a line for what is available. Parts are told apart by colour and
// pattern; the same numbers stand in a table below for whoever can't use a picture.
import { useLingui } from "@lingui/react/macro";
import { useId } from "react";
import { useFormat } from "../i18n/format";
import { ChartTable } from "./ChartTable";
import { Legend } from "./Legend";
import { ticks } from "./scale";
import { useWidth } from "./useWidth";

export interface Series {
  id: string;
  label: string;
  color: string;
  hatched?: boolean;
}

export interface Bar {
  id: string;
  label: string;
  /** By series id. */
  values: Record<string, number>;
  line?: number;
}

interface Props {
  title: string;
  bars: readonly Bar[];
  series: readonly Series[];
  lineLabel?: string;
  format: (value: number) => string;
  /** For the axis; fewer words. Units of `scale`. */
  scale?: number;
  height?: number;
}

const LEFT = 44;
const BOTTOM = 22;
const TOP = 8;
const LABEL_PX = 56;

export function StackedBars({ title, bars, series, lineLabel, format, scale = 1, height = 220 }: Props) {
  const { t } = useLingui();
  const { number } = useFormat();
  const [box, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const total = (bar: Bar) => series.reduce((sum, one) => sum + (bar.values[one.id] ?? 0), 0);
  const marks = ticks(Math.max(scale, ...bars.map((bar) => Math.max(total(bar), bar.line ?? 0))) / scale);
  const top = (marks.at(-1) ?? 1) * scale;
  const plot = height - TOP - BOTTOM;
  const y = (value: number) => TOP + plot * (1 - value / top);
  const slot = bars.length > 0 ? (width - LEFT) / bars.length : 0;
  const bar = Math.max(2, Math.min(36, slot * 0.62));
  const every = Math.max(1, Math.ceil(LABEL_PX / Math.max(slot, 1)));
  const x = (index: number) => LEFT + slot * (index + 0.5);
  const line = bars.map((one, index) => `${index ? "L" : "M"}${x(index)} ${y(one.line ?? 0)}`).join("");

  return (
    <figure>
      <Legend series={series} lineLabel={lineLabel} />
      <div ref={box} dir="ltr" style={{ height }}>
        {width > 0 && (
          <svg
            role="img"
            aria-label={t`${title}: the numbers are in the table below`}
            width={width}
            height={height}
          >
            <defs>
              <pattern
                id={hatch}
                width="6"
                height="6"
                patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)"
              >
                <rect width="3" height="6" fill="var(--surface)" opacity="0.55" />
              </pattern>
            </defs>
            {marks.map((mark) => (
              <g key={mark}>
                <line x1={LEFT} x2={width} y1={y(mark * scale)} y2={y(mark * scale)} stroke="var(--line)" />
                <text
                  x={LEFT - 8}
                  y={y(mark * scale) + 4}
                  textAnchor="end"
                  fontSize="11"
                  fill="var(--text-muted)"
                >
                  {number(mark)}
                </text>
              </g>
            ))}
            {bars.map((one, index) => {
              let base = 0;
              return (
                <g key={one.id}>
                  <title>
                    {`${one.label}: ${series.map((each) => `${each.label} ${format(one.values[each.id] ?? 0)}`).join(", ")}`}
                  </title>
                  {series.map((each) => {
                    const value = one.values[each.id] ?? 0;
                    base += value;
                    const shape = {
                      x: x(index) - bar / 2,
                      y: y(base),
                      width: bar,
                      height: (plot * value) / top,
                    };
                    return (
                      <g key={each.id}>
                        <rect {...shape} fill={each.color} />
                        {each.hatched && <rect {...shape} fill={`url(#${hatch})`} />}
                      </g>
                    );
                  })}
                  {index % every === 0 && (
                    <text
                      x={x(index)}
                      y={height - 6}
                      textAnchor="middle"
                      fontSize="11"
                      fill="var(--text-muted)"
                    >
                      {one.label}
                    </text>
                  )}
                </g>
              );
            })}
            {lineLabel && (
              <path d={line} fill="none" stroke="var(--text)" strokeWidth="1.5" strokeDasharray="4 3" />
            )}
          </svg>
        )}
      </div>
      <ChartTable title={title} bars={bars} series={series} lineLabel={lineLabel} format={format} />
    </figure>
  );
}

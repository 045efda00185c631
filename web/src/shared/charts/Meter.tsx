// A labelled bar of one share, with its numerator and denominator in words.
import type { ReactNode } from "react";

interface Props {
  /** Words, or a link to the rows behind the share. */
  label: ReactNode;
  /** 10,000 = the whole bar; null: there is nothing to divide by. */
  basisPoints: number | null;
  text: string;
  color?: string;
}

export function Meter({ label, basisPoints, text, color = "var(--series-1)" }: Props) {
  const share = Math.max(0, Math.min(10_000, basisPoints ?? 0)) / 100;
  return (
    <div className="py-1.5">
      <div className="mb-1 flex gap-3">
        <span className="min-w-0 flex-1 truncate">{label}</span>
        <span className="text-sm text-muted tabular-nums">{text}</span>
      </div>
      <div className="h-1.5 overflow-hidden rounded-full bg-load-none" aria-hidden="true">
        <div className="h-full rounded-full" style={{ width: `${share}%`, backgroundColor: color }} />
      </div>
    </div>
  );
}

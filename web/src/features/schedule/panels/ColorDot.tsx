/** A project's colour beside its name. The colour is set by script: the page allows no style attributes in markup. */
import { useLayoutEffect, useRef } from "react";
import { cx } from "@/shared/ui/classes";

export function ColorDot({ color, hollow }: { color: string; hollow: boolean }) {
  const dot = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    dot.current?.style.setProperty("--c", color);
  }, [color]);
  return (
    <span
      ref={dot}
      aria-hidden="true"
      className={cx(
        "size-2.5 shrink-0 rounded-sm",
        hollow ? "border-2 border-dashed border-(--c)" : "bg-(--c)",
      )}
    />
  );
}

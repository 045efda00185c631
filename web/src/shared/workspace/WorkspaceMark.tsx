// The sign of a workspace: its logo, or the first letter of its name on its colour.
import type { Workspace } from "@/api/types";
import { cx } from "../ui/classes";
import { useLogo } from "./logo";

/** Black or white, whichever reads better on a colour. Source: WCAG 2.2, relative luminance. */
export function inkOn(color: string): string {
  const channel = (at: number) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.179 ? "#000000" : "#ffffff";
}

export function WorkspaceMark({ workspace, large }: { workspace: Workspace; large?: boolean }) {
  const logo = useLogo(workspace);
  const color = workspace.branding?.color;
  const size = large ? "size-14 text-xl" : "size-6 text-sm";
  if (logo) return <img src={logo} alt="" className={cx(size, "shrink-0 rounded-md object-contain")} />;
  return (
    <span
      aria-hidden="true"
      style={color ? { backgroundColor: color, color: inkOn(color) } : undefined}
      className={cx(
        size,
        "flex shrink-0 items-center justify-center rounded-md font-semibold",
        !color && "bg-accent text-on-accent",
      )}
    >
      {[...workspace.name][0]?.toUpperCase()}
    </span>
  );
}

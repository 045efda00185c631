/** Project colours on bars: a tint of the project's colour with the theme's own text, readable for any colour. */

/** Parts of a hundred of the project's colour in a bar; grid.css and bars.css use the same numbers (checked by a test). */
export const TINT_PERCENT = { light: 30, dark: 36 } as const;

export type Rgb = readonly [number, number, number];

export function parseHex(hex: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!match) return null;
  return [1, 2, 3].map((part) => Number.parseInt(match[part] as string, 16)) as unknown as Rgb;
}

/** The colour to paint with: the project's own, else one of the theme's eight series by its id. */
export function projectColor(project: { id: string; color: string | null } | undefined): string {
  if (project?.color && parseHex(project.color)) return project.color;
  let hash = 0;
  for (const char of project?.id ?? "") hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return `var(--series-${(hash % 8) + 1})`;
}

/** `color-mix(in srgb, a percent%, b)`. */
export function mixed(a: Rgb, b: Rgb, percent: number): Rgb {
  return a.map((part, at) =>
    Math.round((part * percent + (b[at] as number) * (100 - percent)) / 100),
  ) as unknown as Rgb;
}

/** Source: WCAG 2.2, definitions of relative luminance and contrast ratio. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

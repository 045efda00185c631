import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrast, mixed, parseHex, projectColor, type Rgb, TINT_PERCENT } from "./color";

const read = (path: string) => readFileSync(`${process.cwd()}/src/${path}`, "utf8");
const tokens = read("styles/tokens.css");
const styles = read("features/schedule/grid/grid.css") + read("features/schedule/grid/bars.css");

function token(name: string): { light: Rgb; dark: Rgb } {
  const match = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens);
  const [light, dark] = [parseHex(match?.[1] ?? ""), parseHex(match?.[2] ?? "")];
  if (!light || !dark) throw new Error(`tokens.css has no --${name}`);
  return { light, dark };
}

const channel = fc.integer({ min: 0, max: 255 });
const color = fc.tuple(channel, channel, channel);

describe("bar colours", () => {
  it("text_on_a_bar_of_any_project_colour_is_readable", () => {
    // Source: WCAG 2.2, 1.4.3: at least 4.5 to 1.
    const [text, surface] = [token("text"), token("surface")];
    fc.assert(
      fc.property(color, fc.constantFrom("light" as const, "dark" as const), (project, theme) => {
        const bar = mixed(project, surface[theme], TINT_PERCENT[theme]);
        expect(contrast(text[theme], bar)).toBeGreaterThanOrEqual(4.5);
      }),
      {
        numRuns: 2000,
        examples: [
          [[255, 255, 255], "dark"],
          [[0, 0, 0], "light"],
        ],
      },
    );
  });

  it("the_style_sheet_mixes_as_the_proof_assumes", () => {
    expect(styles).toContain(`--sg-tint: ${TINT_PERCENT.light}%;`);
    expect(styles).toContain(`--sg-tint: ${TINT_PERCENT.dark}%;`);
  });

  it("a_project_without_a_colour_always_gets_the_same_one", () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(projectColor({ id, color: null })).toMatch(/^var\(--series-[1-8]\)$/);
        expect(projectColor({ id, color: null })).toBe(projectColor({ id, color: "not a colour" }));
      }),
    );
  });
});

import { expect, test, vi } from "vitest";
import { renderApp } from "@/test/render";
import { StackedBars } from "./StackedBars";

vi.mock("./useWidth", () => ({ useWidth: () => [{ current: null }, 400] }));

test("where nothing is, the axis goes to one hour and not to a hundredth of it", async () => {
  const { container } = await renderApp(
    <StackedBars
      title="Hours"
      height={100}
      scale={60}
      format={(minutes) => `${minutes / 60} h`}
      series={[{ id: "a", label: "Confirmed", color: "red" }]}
      bars={[{ id: "w1", label: "Jan 1", values: { a: 0 } }]}
    />,
  );
  const marks = [...container.querySelectorAll("svg text")].map((one) => one.textContent);
  expect(marks).toContain("1");
  expect(marks).not.toContain("0.02");
});

// Elements are put in reading order whatever the order was, and the focus stays where it is.
import fc from "fast-check";
import { expect, it } from "vitest";
import { putInOrder } from "./readingOrder";

it("any_order_becomes_the_reading_order_and_the_focus_stays", () => {
  const orders = fc.integer({ min: 1, max: 9 }).chain((count) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, at) => at),
        { minLength: count },
      ),
      fc.option(fc.nat(count - 1)),
    ),
  );
  fc.assert(
    fc.property(orders, ([order, focused]) => {
      const parent = document.createElement("div");
      document.body.replaceChildren(parent);
      const elements = order.map((_, at) => {
        const element = document.createElement("button");
        element.textContent = String(at);
        return element;
      });
      for (const at of order) parent.append(elements[at] as HTMLElement);
      if (focused !== null) elements[focused]?.focus();
      putInOrder(parent, elements);
      expect([...parent.children]).toEqual(elements);
      if (focused !== null) expect(document.activeElement).toBe(elements[focused]);
    }),
  );
});

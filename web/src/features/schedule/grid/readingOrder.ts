/** Recycled nodes end up anywhere in the DOM; a screen reader walks it in order. */

/** Puts elements in the given order at the end of their parent. The one with the focus is not moved: it would lose it. */
export function putInOrder(parent: HTMLElement, elements: readonly HTMLElement[]): void {
  const inOrder = elements.every(
    (element, at) => at === 0 || isBefore(elements[at - 1] as HTMLElement, element),
  );
  if (inOrder) return;
  const focused = elements.findIndex((element) => element.contains(document.activeElement));
  elements.forEach((element, at) => {
    if (focused < 0 || at > focused) parent.append(element);
    else if (at < focused) (elements[focused] as HTMLElement).before(element);
  });
}

function isBefore(a: HTMLElement, b: HTMLElement): boolean {
  return (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

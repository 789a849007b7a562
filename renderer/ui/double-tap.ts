/**
 * The second tap of a double one presses only what the first one pressed: hands in gloves tap twice, and by then
 * another control may be at that place. What was pressed on purpose comes later, elsewhere, or a third time.
 */
export function ignoreStraySecondTaps(document: Document): void {
  let first: Element | null = null;
  document.addEventListener(
    'click',
    (event) => {
      const control = event.target instanceof Element ? event.target.closest('button') : null;
      // Of a mouse, a finger or a pen: how often it was pressed at this place in a row.
      if (event.detail !== 2) first = control;
      else if (control !== first) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    { capture: true },
  );
}

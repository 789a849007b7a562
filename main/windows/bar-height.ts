/** Height of the session bar, rail included, in CSS px (renderer: the bar's own height). */
export const BAR_HEIGHT = 92;

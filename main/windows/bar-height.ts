/** Height of the session bar, rail included, in CSS px, where one row is enough (renderer: `.rail.shell`). */
export const BAR_HEIGHT = 92;

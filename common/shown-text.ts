import * as z from 'zod';

/** A name that people read: at least one character, no control character (PostgreSQL cannot store U+0000). */
export const shownText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'text without control characters');

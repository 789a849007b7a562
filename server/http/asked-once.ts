import * as z from 'zod';

/** What makes a question one of its kind; its answer is signed with it. */
export const askedOnce = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, '16 to 64 characters of base64url');

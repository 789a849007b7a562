import * as z from 'zod';
import { isLoopback } from './loopback.ts';

/**
 * Compiled in: no policy from any source is weaker (NIST SP 800-63B-4 AAL3: idle 15 min, overall 12 h).
 * A grace is less than AAL3 as long as it lasts; how long that may be is ours to say (ADR 17).
 */
export const FLOORS = {
  idleLockSeconds: 15 * 60,
  sessionHours: 12,
  graceSeconds: 15 * 60,
} as const;

/** Lock and session rules of a station group. Seconds unless the name says otherwise. */
export const policy = z
  .strictObject({
    idleLockSeconds: z.int().min(3).max(FLOORS.idleLockSeconds).default(120),
    /** Length of the countdown that ends in the lock. */
    idleWarningSeconds: z.int().min(1).max(60).default(20),
    sessionHours: z.number().positive().max(FLOORS.sessionHours).default(12),
    parkedMinutes: z
      .number()
      .positive()
      .max(12 * 60)
      .default(30),
    parkedSessions: z.int().min(0).max(10).default(4),
    /** For so long after the PIN a touch alone resumes the same member's session at the same station; 0 = never. */
    graceSeconds: z.int().min(0).max(FLOORS.graceSeconds).default(0),
    lockOnKeyRemoval: z.boolean().default(false),
    showParkedNames: z.boolean().default(true),
    showParkedTimes: z.boolean().default(true),
    /** A station that has not reached the server for longer opens for nobody. */
    offlineDays: z.number().positive().max(30).default(7),
    /** Days that a station keeps events which the server has proven to keep: longer than between two backups. */
    journalKeepDays: z.int().min(1).max(3660).default(30),
    helpPhone: z.string().max(32).optional(),
  })
  .refine((p) => p.idleWarningSeconds < p.idleLockSeconds, {
    path: ['idleWarningSeconds'],
    error: 'must be less than idleLockSeconds',
  });
export type Policy = z.infer<typeof policy>;

const isEncryptedOrLocal = (url: string): boolean =>
  /^https:/i.test(url) ||
  isLoopback(/^http:\/\/(\[[^\]]*\]|[^/:?#]*)(:\d+)?([/?#]|$)/i.exec(url)?.[1] ?? '');

/** What policy can let an app do; refused unless it does (docs/operations.md, "Administration"). */
export const openings = ['popup', 'print'] as const;

/** A clinical app that a session opens. */
export const clinicalApp = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  name: z.string().min(1).max(40),
  icon: z.enum(['clipboard-pen', 'pill', 'flask-conical', 'phone', 'app-window']),
  url: z.url({ protocol: /^https?$/ }).refine(isEncryptedOrLocal, {
    error: 'must be https, or http on this computer itself',
  }),
  /** Starts with the session. Others wait until they are selected; the first of the list always starts. */
  autoStart: z.boolean().default(false),
  /** host or host:port; navigation anywhere else is refused. */
  allowedHosts: z.array(z.string().min(1).max(253)).min(1).max(32),
  allow: z.array(z.enum(openings)).max(openings.length).default([]),
});
export type ClinicalApp = z.infer<typeof clinicalApp>;

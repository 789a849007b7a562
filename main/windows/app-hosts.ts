import { isLoopback } from '../../common/loopback.ts';
import type { ClinicalApp } from '../../common/policy.ts';

const ENCRYPTED = new Set(['https:', 'wss:']);
const PLAIN = new Set(['http:', 'ws:']);

/**
 * Whether an app may reach an address: a host of its list, encrypted. Without encryption it must not leave this
 * computer, as the demo's own app does not.
 */
export function mayReach({ allowedHosts }: ClinicalApp, url: string): boolean {
  try {
    const { protocol, host, hostname } = new URL(url);
    const isSafe = ENCRYPTED.has(protocol) || (PLAIN.has(protocol) && isLoopback(hostname));
    return isSafe && allowedHosts.includes(host);
  } catch {
    return false;
  }
}

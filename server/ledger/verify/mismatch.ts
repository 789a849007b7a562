import { hash } from 'node:crypto';
import { readEventLine } from './event-line.ts';
import type { EventName, Finding } from './finding.ts';
import type { Leaves } from './leaves.ts';
import { linesOf } from './lines.ts';

/** How far a missing or moved event is looked for, in events. */
const WINDOW = 10_000;

/**
 * The line numbered `line` is not what the tree holds at `leaf`: what has happened, as far as its surroundings
 * tell. The two numbers differ by the bodies that retention has removed before.
 */
export function explainMismatch(file: string, leaves: Leaves, leaf: number, line: number): Finding {
  const expected = leaves.at(leaf);
  const held = new Set<string>();
  for (let at = leaf; at < leaf + WINDOW; at++) held.add(leaves.at(at) ?? '');

  let own: EventName | undefined;
  let standsElsewhere = false;
  let comesLater = false;
  let successor: EventName | undefined;
  let index = 0;
  for (const { leaf: bytes, text } of linesOf(file)) {
    if (index++ < line) continue;
    if (index > line + WINDOW) break;
    const hashed = hash('sha256', bytes, 'hex');
    const event = readEventLine(text);
    if (index === line + 1) {
      own = event && nameOf(event, 0);
      standsElsewhere = held.has(hashed);
    } else if (hashed === expected) comesLater = true;
    // Whoever follows the hash that is missing tells which event it was.
    if (event?.prev === expected && event !== undefined) successor ??= nameOf(event, 1);
  }
  if (expected === undefined) return { kind: 'inserted', leaf, event: own };
  if (standsElsewhere && comesLater) return { kind: 'swapped', leaf, event: own };
  if (standsElsewhere) return { kind: 'deleted', leaf, event: successor };
  return comesLater
    ? { kind: 'inserted', leaf, event: own }
    : { kind: 'edited', leaf, event: own ?? successor };
}

const nameOf = ({ station, epoch, seq, type }: EventName, before: 0 | 1): EventName =>
  before === 0 && type !== undefined
    ? { station, epoch, seq, type }
    : { station, epoch, seq: seq - before };

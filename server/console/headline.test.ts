import { describe, expect, test } from 'vitest';
import type { Overview } from '../../common/wire.ts';
import { headlineOf } from './headline.ts';
import { en } from './words/en.ts';
import { es } from './words/es.ts';

type Station = Overview['stations'][number];

const station = (state: Station['state']): Station => ({
  id: '00000000-0000-4000-8000-000000000001',
  name: 'Bay 4',
  group: 'ICU North',
  state,
});

const access = (verdict: Overview['events'][number]['verdict']): Overview['events'][number] => ({
  id: 1,
  at: '2026-11-24T14:36:00.000Z',
  type: 'session.opened',
  station: 'Bay 4',
  outcome: 'success',
  verdict,
});

const ward = (part: Partial<Overview>): Overview => ({
  now: '2026-11-24T14:36:00.000Z',
  practice: 'Harbour Street Practice',
  stations: [station('locked')],
  events: [],
  accessesByHour: Array.from({ length: 24 }, () => 0),
  disputed: 0,
  ...part,
});

describe('the headline answers "is anything wrong?"', () => {
  test.each([
    ['nothing', ward({}), 'Nothing needs you. Everything is quiet.'],
    ['no station yet', ward({ stations: [] }), 'No station is paired yet.'],
    [
      'a silent station',
      ward({ stations: [station('silent'), station('open')] }),
      'One station is silent. Everything else is quiet.',
    ],
    [
      'disputed before silent',
      ward({ disputed: 12, stations: [station('silent'), station('silent')] }),
      '12 records are disputed. Two stations are silent. Everything else is quiet.',
    ],
    [
      'an unproven access',
      ward({ events: [access('unproven'), access('verified')] }),
      'One recent access is unproven. Everything else is quiet.',
    ],
  ])('%s', (_, overview, sentence) => {
    expect(headlineOf(overview, en)).toBe(sentence);
  });

  test('in Spanish', () => {
    const overview = ward({ disputed: 1, stations: [station('silent'), station('silent')] });
    expect(headlineOf(overview, es)).toBe(
      'Un registro está en disputa. Dos puestos no dan señales. Todo lo demás está en calma.',
    );
  });
});

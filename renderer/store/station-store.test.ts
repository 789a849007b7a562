import { beforeEach, expect, test } from 'vitest';
import type { StationView } from '../../preload/contract.ts';
import { receive, stationStore } from './station-store.ts';

const view = (revision: number, place: string): StationView => ({
  revision,
  place,
  language: 'en',
  theme: 'day',
  simulated: false,
  unsealed: false,
  ledgerRefused: false,
  logDisputed: false,
  link: { kind: 'connected' },
  parked: [],
  screen: { kind: 'curtain', step: { kind: 'reading', attempt: 1 } },
});

beforeEach(() => stationStore.setState({ view: undefined }, true));

test('a newer view replaces the mirror whole; an older one, or the same again, does nothing', () => {
  receive(view(7, 'first'));
  receive(view(6, 'older'));
  receive(view(7, 'same'));
  expect(stationStore.getState().view?.place).toBe('first');
  receive(view(8, 'newer'));
  expect(stationStore.getState().view?.place).toBe('newer');
});

import type { Overview } from '../../common/wire.ts';
import type { Words } from './words/en.ts';

/** What a person should look at; all zero when nothing is wrong. */
export type Concerns = {
  disputed: number;
  /** Among the listed events only. */
  unproven: number;
  silent: Overview['stations'];
};

export const concernsOf = (overview: Overview): Concerns => ({
  disputed: overview.disputed,
  unproven: overview.events.filter((event) => event.verdict === 'unproven').length,
  silent: overview.stations.filter((station) => station.state === 'silent'),
});

/** The sentences that answer "is anything wrong?". */
export function headlineOf(overview: Overview, words: Words): string {
  const { disputed, unproven, silent } = concernsOf(overview);
  const { headline } = words;
  const wrong = [
    ...(disputed > 0 ? [headline.disputed(disputed)] : []),
    ...(unproven > 0 ? [headline.unproven(unproven)] : []),
    ...(silent.length > 0 ? [headline.silent(silent.length)] : []),
  ];
  if (wrong.length > 0) return [...wrong, headline.restQuiet].join(' ');
  return overview.stations.length === 0 ? headline.noStations : headline.quiet;
}

import { eventType } from '../../../common/event.ts';
import { type Result, err, ok } from '../../../common/result.ts';
import { oneOf, optional, text, textLike, whole } from '../../config/field.ts';
import { type EventFormat, type EventNames, eventFormats } from '../../event-formats.ts';
import type { EventPlace, EventSearch } from '../../store/event-search.ts';
import type { Store } from '../../store/store.ts';
import { program } from '../program.ts';
import { printAll } from '../stdout.ts';
import { withServer } from '../with-server.ts';
import { findMember } from './member.ts';
import { findStation } from './station.ts';

/** Events that are held in memory at once. */
const PAGE = 1000;

const time = textLike(
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{3})?)?Z)?$/,
  'a day as 2026-11-24, or a time in UTC as 2026-11-24T16:30:00Z',
);

export const eventsSearch = program({
  name: 'admin events',
  about: 'Lists events, newest first, by the clocks of their stations.',
  settings: ['data', 'database'],
  options: {
    member: optional(text('the id or the external id of a member', 80)),
    station: optional(text('the id or the name of a station', 80)),
    type: optional(oneOf(eventType.options)),
    outcome: optional(oneOf(['success', 'failure'])),
    from: optional(time),
    to: optional(time),
    before: optional(textLike(/^\S+Z\/\d{1,15}$/, 'what an earlier page ended with')),
    limit: { ...whole(1, 1_000_000_000), otherwise: 100 },
    format: { ...oneOf(['text', 'ndjson', 'csv']), otherwise: 'text' as const },
  },
  run: ({ data, database, ...asked }) =>
    withServer({ data, database }, async ({ store: { read } }) => {
      const search = await readSearch(read, asked);
      if (!search.ok) return search;
      const pages = createPages(read, search.value, asked.limit);
      const lines = linesOf(pages.all(), await namesOf(read), eventFormats[asked.format]);
      const next = (await printAll(lines)) ? await pages.next() : undefined;
      // Not among the events: a script reads those.
      if (next !== undefined) process.stderr.write(`There are more: --before ${next}\n`);
      return ok(undefined);
    }),
});

type Search = Omit<EventSearch, 'limit'>;
type Asked = {
  readonly [K in 'member' | 'station' | 'from' | 'to' | 'before']: string | undefined;
};

async function readSearch(
  read: Store['read'],
  {
    member: who,
    station: where,
    from,
    to,
    before,
    ...rest
  }: Asked & Pick<Search, 'type' | 'outcome'>,
): Promise<Result<Search, string>> {
  const member = who === undefined ? undefined : await findMember(read, who);
  if (member?.ok === false) return member;
  const station = where === undefined ? undefined : await findStation(read, where);
  if (station?.ok === false) return station;
  const [begin, end] = [instant('from', from), instant('to', to)];
  if (!begin.ok) return begin;
  if (!end.ok) return end;
  return ok({
    type: rest.type,
    outcome: rest.outcome,
    member: member?.value.id,
    station: station?.value.id,
    from: begin.value,
    to: end.value,
    before: before === undefined ? undefined : placeOf(before),
  });
}

function instant(name: string, said: string | undefined): Result<string | undefined, string> {
  if (said === undefined) return ok(undefined);
  const ms = Date.parse(said);
  return Number.isNaN(ms)
    ? err(`--${name} is "${said}", which is no day of the calendar; allowed is ${time.allowed}.`)
    : ok(new Date(ms).toISOString());
}

const placeOf = (said: string): EventPlace => {
  const [at = '', id = ''] = said.split('/');
  return { at, id: Number(id) };
};

/** Pages by key: each begins behind the last event of the one before, whatever was added since. */
function createPages(read: Store['read'], search: Search, limit: number) {
  let { before } = search;
  return {
    async *all() {
      for (let left = limit; left > 0;) {
        const rows = await read.searchEvents({ ...search, before, limit: Math.min(left, PAGE) });
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows;
        before = { at: last.at, id: last.id };
        left -= rows.length;
      }
    },
    /** Where the next page begins; undefined at the end. */
    async next() {
      const [more] = await read.searchEvents({ ...search, before, limit: 1 });
      return more === undefined || before === undefined ? undefined : `${before.at}/${before.id}`;
    },
  };
}

type Pages = ReturnType<ReturnType<typeof createPages>['all']>;

async function* linesOf(pages: Pages, names: EventNames, format: EventFormat) {
  if (format.head !== '') yield format.head;
  for await (const rows of pages) yield format.rows(rows, names);
}

async function namesOf(read: Store['read']): Promise<EventNames> {
  const members = (await read.memberRows()).map(
    ({ id, title, given_name: given, family_name: family }) =>
      [id, [title, given, family].filter(Boolean).join(' ')] as const,
  );
  const stations = (await read.stations()).map(({ id, name }) => [id, name] as const);
  return { members: new Map(members), stations: new Map(stations) };
}

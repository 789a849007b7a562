import type { Overview } from '../../common/wire.ts';
import { Band } from './band.tsx';
import { eventIcons } from './event-icons.ts';
import { Icon } from './icon.tsx';
import { useLanguage } from './language.tsx';
import { momentOf } from './times.ts';

type ListedEvent = Overview['events'][number];

/** Enough for a look back over the last minutes of a busy ward. */
const SHOWN = 20;

export function EventsBand({ overview }: { overview: Overview }) {
  const { language, words } = useLanguage();
  const labels = words.events;
  const now = new Date(overview.now);
  const events = overview.events.slice(0, SHOWN);
  const newest = events[0];
  return (
    <Band title={labels.title} note={labels.newest(events.length)}>
      {newest === undefined ? (
        <p>{labels.none}</p>
      ) : (
        <>
          <p className="sr" role="status">
            {words.sentence(newest.type, newest.member)}, {newest.station}
          </p>
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">{labels.time}</th>
                <th scope="col">{labels.what}</th>
                <th scope="col">{labels.station}</th>
                <th scope="col">{labels.record}</th>
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <tr key={event.id}>
                  <td className="when">
                    <time dateTime={event.at}>{momentOf(language, new Date(event.at), now)}</time>
                  </td>
                  <td>
                    <span className="sign">
                      <Icon name={eventIcons[event.type]} />
                      <span>
                        <b>{words.sentence(event.type, event.member)}</b>
                        {event.cause !== undefined && (
                          <span className="soft">, {words.cause(event.type, event.cause)}</span>
                        )}
                      </span>
                    </span>
                  </td>
                  <td className="where">{event.station}</td>
                  <td className="record">
                    <Verdict event={event} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Band>
  );
}

function Verdict({ event }: { event: ListedEvent }) {
  const { words } = useLanguage();
  const { verdict, reason } = event;
  return (
    <>
      <span className="sign">
        <Icon name={verdict} />
        <span className={verdict === 'verified' ? undefined : 'due'}>
          {words.events.verdicts[verdict]}
        </span>
      </span>
      {reason !== undefined && (
        <p className="why soft">
          {words.reason(reason)} <span className="mono">{reason}</span>
        </p>
      )}
    </>
  );
}

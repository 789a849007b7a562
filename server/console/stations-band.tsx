import type { Overview } from '../../common/wire.ts';
import { Band } from './band.tsx';
import { useLanguage } from './language.tsx';
import { StationSign } from './station-sign.tsx';

type Station = Overview['stations'][number];

const states = ['open', 'locked', 'parked', 'silent', 'new'] as const;

export function StationsBand({ stations }: { stations: readonly Station[] }) {
  const { words } = useLanguage();
  const groups = [...new Set(stations.map((station) => station.group))];
  if (stations.length === 0)
    return (
      <Band title={words.stations.title} note={words.stations.paired(0)}>
        <p>{words.stations.none}</p>
      </Band>
    );
  return (
    <Band title={words.stations.title} note={words.stations.paired(stations.length)}>
      {groups.map((group) => (
        <div className="ward" key={group}>
          <h3>{group}</h3>
          <ul>
            {stations
              .filter((station) => station.group === group)
              .map((station) => (
                <StationItem key={station.id} station={station} />
              ))}
          </ul>
        </div>
      ))}
      <Legend stations={stations} />
    </Band>
  );
}

function StationItem({ station }: { station: Station }) {
  const { words } = useLanguage();
  const { name, state, member } = station;
  return (
    <li>
      <StationSign state={state} />
      <span>
        {name}
        <span className="sr">: </span>
        <small>
          {words.stations.states[state]}
          {state === 'open' && member !== undefined && (
            <>
              , <b>{member}</b>
            </>
          )}
        </small>
      </span>
    </li>
  );
}

/** Only the states that are there, with their counts. */
function Legend({ stations }: { stations: readonly Station[] }) {
  const { words } = useLanguage();
  return (
    <ul className="legend small">
      {states
        .map((state) => ({ state, n: stations.filter((one) => one.state === state).length }))
        .filter(({ n }) => n > 0)
        .map(({ state, n }) => (
          <li key={state}>
            <StationSign state={state} />
            <span>
              {words.stations.states[state]} <b>{words.number(n)}</b>
            </span>
          </li>
        ))}
    </ul>
  );
}

import { Band } from './band.tsx';
import { BarChart } from './bar-chart.tsx';
import { useLanguage } from './language.tsx';

export function AccessesBand({ byHour }: { byHour: readonly number[] }) {
  const { words } = useLanguage();
  const { accesses } = words;
  const total = byHour.reduce((sum, n) => sum + n, 0);
  const most = Math.max(...byHour);
  const summary = accesses.summary(total, hourName(byHour.indexOf(most)), most);
  return (
    <Band
      title={accesses.title}
      note={
        <>
          <p className="figure">{words.number(total)}</p>
          <p>{accesses.explained}</p>
        </>
      }
    >
      {total === 0 ? (
        <p>{accesses.noneYet}</p>
      ) : (
        <>
          <BarChart values={byHour} summary={summary} />
          <details>
            <summary>{accesses.asTable}</summary>
            <table className="hours">
              <thead>
                <tr>
                  <th scope="col">{accesses.hour}</th>
                  <th scope="col">{accesses.count}</th>
                </tr>
              </thead>
              <tbody>
                {byHour.map((n, hour) => (
                  <tr key={hourName(hour)}>
                    <th scope="row">{hourName(hour)}</th>
                    <td>{words.number(n)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </Band>
  );
}

const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

import { useCallback, useEffect, useRef, useState } from 'react';
import { type CheckName, type Finding, checkNames, findings } from '../../../common/findings.ts';
import type { Checked, StationView } from '../../../preload/contract.ts';
import { useWords } from '../../i18n/i18n.ts';
import { station } from '../../station.ts';
import { useView } from '../../store/station-store.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';

type Standing = 'good' | 'bad' | 'later' | 'running';
const icons: Record<Standing, IconName> = {
  good: 'check',
  bad: 'hand',
  later: 'hourglass',
  running: 'hourglass',
};

const standingOf = (finding: Finding): Standing => {
  const is = (codes: readonly Finding[]) => codes.includes(finding);
  if (is(findings.good)) return 'good';
  return is(findings.bad) ? 'bad' : 'later';
};

/** The connection test: what works, what does not, and what mends it. */
export function CheckList() {
  const t = useWords();
  const [found, setFound] = useState<Partial<Record<CheckName, Checked>>>({});
  const sealed = useView(sealing);
  const hasPhone = useView((view) => view.helpPhone !== undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  const run = useRef(0);

  const begin = useCallback(() => {
    run.current += 1;
    const mine = run.current;
    setFound({});
    for (const name of checkNames) {
      station.check(name).then((checked) => {
        if (mine === run.current) setFound((before) => ({ ...before, [name]: checked }));
      }, reportError);
    }
  }, []);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    begin();
    return () => void (run.current += 1);
  }, [begin]);

  const standings = checkNames.map((name): Standing => {
    const checked = found[name];
    return checked === undefined ? 'running' : standingOf(checked.finding);
  });
  const isRunning = standings.includes('running');
  const all = [...standings, sealed.standing, hasPhone ? 'good' : 'bad'];
  const count = (wanted: Standing) => all.filter((standing) => standing === wanted).length;
  const [wanting, later] = [count('bad'), count('later')];

  const says = (checked: Checked | undefined) =>
    checked === undefined
      ? t('checks.looking')
      : t(`checks.finding.${checked.finding}`, { value: checked.value ?? '' });

  return (
    <section className="opening full help setup" aria-labelledby="checks-title">
      <div className="row">
        <h2 className="t1 grow" id="checks-title" ref={heading} tabIndex={-1}>
          {t('checks.title')}
        </h2>
        <Button
          icon="rotate-ccw"
          {...(isRunning ? { 'aria-disabled': true } : { look: 'act' as const })}
          onClick={() => !isRunning && begin()}
        >
          {t('checks.again')}
        </Button>
      </div>
      <p className="t4 soft lead" role="status">
        {isRunning
          ? t('checks.running')
          : wanting === 0 && later > 0
            ? t('checks.later', { count: later })
            : t('checks.wanting', { count: wanting })}
      </p>
      <ul className="checks">
        {checkNames.map((name, index) => (
          <Row
            key={name}
            standing={standings[index] ?? 'running'}
            name={t(`checks.name.${name}`)}
            says={says(found[name])}
          />
        ))}
        <Row standing={sealed.standing} name={t('checks.sealed.name')} says={t(sealed.says)} />
        <Row
          standing={hasPhone ? 'good' : 'bad'}
          name={t('checks.phone.name')}
          says={t(hasPhone ? 'checks.phone.good' : 'checks.phone.bad')}
        />
      </ul>
    </section>
  );
}

/** The log's key needs no test: the station has asked for it, unless it did not come so far. */
function sealing({ unsealed, screen }: StationView) {
  const stop =
    screen.kind === 'curtain' && screen.step.kind === 'stopped' ? screen.step.stop : undefined;
  if (stop === 'unsealed') return missing;
  if (stop === 'fault') return unknown;
  return unsealed ? bad : good;
}
const good = { standing: 'good', says: 'checks.sealed.good' } as const;
const bad = { standing: 'bad', says: 'checks.sealed.bad' } as const;
const missing = { standing: 'bad', says: 'checks.sealed.missing' } as const;
const unknown = { standing: 'later', says: 'checks.finding.after-start' } as const;

function Row({ standing, name, says }: { standing: Standing; name: string; says: string }) {
  return (
    <li className={`checked is-${standing}`}>
      <Icon name={icons[standing]} />
      <p>
        <b>{name}</b>
        <br />
        <span className="soft">{says}</span>
      </p>
    </li>
  );
}

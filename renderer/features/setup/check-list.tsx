import { useCallback, useEffect, useRef, useState } from 'react';
import { type CheckName, type Finding, checkNames, findings } from '../../../common/findings.ts';
import type { Checked } from '../../../preload/contract.ts';
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
  const isUnsealed = useView((view) => view.unsealed);
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
  const wanting =
    standings.filter((standing) => standing === 'bad').length +
    Number(isUnsealed) +
    Number(!hasPhone);

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
        {isRunning ? t('checks.running') : t('checks.wanting', { count: wanting })}
      </p>
      <ul className="checks">
        {checkNames.map((name, index) => (
          <Row
            key={name}
            standing={standings[index] ?? 'running'}
            name={t(`checks.name.${name}`)}
            checked={found[name]}
          />
        ))}
        <Fact isGood={!isUnsealed} name="sealed" />
        <Fact isGood={hasPhone} name="phone" />
      </ul>
    </section>
  );
}

function Row({
  standing,
  name,
  checked,
}: {
  standing: Standing;
  name: string;
  checked: Checked | undefined;
}) {
  const t = useWords();
  return (
    <li className={`checked is-${standing}`}>
      <Icon name={icons[standing]} />
      <p>
        <b>{name}</b>
        <br />
        <span className="soft">
          {checked === undefined
            ? t('checks.looking')
            : t(`checks.finding.${checked.finding}`, { value: checked.value ?? '' })}
        </span>
      </p>
    </li>
  );
}

/** What the station's own set-up leaves out: needs no test. */
function Fact({ isGood, name }: { isGood: boolean; name: 'sealed' | 'phone' }) {
  const t = useWords();
  const standing = isGood ? 'good' : 'bad';
  return (
    <li className={`checked is-${standing}`}>
      <Icon name={icons[standing]} />
      <p>
        <b>{t(`checks.${name}.name`)}</b>
        <br />
        <span className="soft">{t(`checks.${name}.${standing}`)}</span>
      </p>
    </li>
  );
}

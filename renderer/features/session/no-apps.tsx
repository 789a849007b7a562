import { useWords } from '../../i18n/i18n.ts';

/** A station whose group has no apps: there is nothing else to see, and the desktop must not be. */
export function NoApps() {
  const t = useWords();
  return (
    <main className="cloth closed">
      <section className="sheet">
        <h1 className="t2">{t('noApps.title')}</h1>
        <p className="t4 soft">{t('noApps.text')}</p>
      </section>
    </main>
  );
}

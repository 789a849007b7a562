import { createInstance } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { CheckName, Finding } from '../../common/findings.ts';
import type { Notice, PairingProblem, Stop } from '../../preload/contract.ts';
import { useView } from '../store/station-store.ts';
import { en } from './en.ts';
import { es } from './es.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'station';
    resources: { station: typeof en };
  }
}

type Said = { readonly title: string; readonly text: string };
// Every code that main may send has its words; a new code does not compile without them.
en.notice satisfies Record<Notice, Said>;
en.stop satisfies Record<Stop, Said>;
en.setup.problem satisfies Record<PairingProblem, Said>;
en.checks.name satisfies Record<CheckName, string>;
en.checks.finding satisfies Record<Finding, string>;

export const i18n = createInstance({
  resources: { en: { station: en }, es: { station: es } },
  defaultNS: 'station',
  ns: ['station'],
  lng: 'en',
  fallbackLng: false,
  initAsync: false,
  // React escapes what it draws.
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});

/** With the words bundled, `t` is ready when this returns. */
export function startI18n(): void {
  i18n.use(initReactI18next).init().catch(reportError);
}

/** The words in the language of the view: no state of its own that could lag behind. */
export function useWords() {
  const language = useView((view) => view.language);
  return useTranslation('station', { lng: language, i18n }).t;
}

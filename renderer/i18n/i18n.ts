import { createInstance } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { all } from 'wardlock:words';
import type { CheckName, Finding } from '../../common/findings.ts';
import type { Language, Notice, PairingProblem, Stop, Told } from '../../preload/contract.ts';
import { useView } from '../store/station-store.ts';
import { type Words, words as en } from './words/en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'station';
    resources: { station: typeof en };
  }
}

type Said = { readonly title: string; readonly text: string };
// Every code that main may send has its words; a new code does not compile without them.
en.notice satisfies Record<Notice, Said>;
en.told satisfies Record<Told, string>;
en.stop satisfies Record<Stop, Said>;
en.setup.problem satisfies Record<PairingProblem, Said>;
en.checks.name satisfies Record<CheckName, string>;
en.checks.finding satisfies Record<Finding, string>;

export const i18n = createInstance({
  resources: Object.fromEntries(Object.entries(all).map(([code, station]) => [code, { station }])),
  defaultNS: 'station',
  ns: ['station'],
  lng: 'en',
  // The build knows no missing words: this is for a language that these pages do not speak.
  fallbackLng: 'en',
  initAsync: false,
  // React escapes what it draws.
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});

/** With the words bundled, `t` is ready when this returns. */
export function startI18n(): void {
  i18n.use(initReactI18next).init().catch(reportError);
}

/** Every language these pages speak: its code, its own name, and how it writes times and dates. */
export const languages: readonly (Words['language'] & { readonly code: Language })[] =
  Object.entries(all).map(([code, { language }]) => ({ code, ...language }));

/** The language in which the view is said. */
export function useSpoken() {
  const code = useView((view) => view.language);
  const spoken = languages.find((language) => language.code === code);
  return spoken ?? { code: 'en', ...en.language };
}

/** The words in the language of the view: no state of its own that could lag behind. */
export function useWords() {
  const language = useView((view) => view.language);
  return useTranslation('station', { lng: language, i18n }).t;
}

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en, type Words } from './words/en.ts';
import { es } from './words/es.ts';

export type Language = 'en' | 'es';

const dictionaries: Record<Language, Words> = { en, es };

type Spoken = { language: Language; words: Words; switchLanguage: () => void };

const LanguageContext = createContext<Spoken | undefined>(undefined);

const ofBrowser = (): Language => (navigator.language.startsWith('es') ? 'es' : 'en');

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(ofBrowser);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = `${dictionaries[language].overview} · Wardlock`;
  }, [language]);
  const spoken = useMemo(
    (): Spoken => ({
      language,
      words: dictionaries[language],
      switchLanguage: () => setLanguage(language === 'en' ? 'es' : 'en'),
    }),
    [language],
  );
  return <LanguageContext value={spoken}>{children}</LanguageContext>;
}

export function useLanguage(): Spoken {
  const spoken = useContext(LanguageContext);
  if (spoken === undefined) throw new Error('useLanguage needs a LanguageProvider');
  return spoken;
}

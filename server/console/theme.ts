const dark = '(prefers-color-scheme: dark)';

/** Night by the system's choice; the tokens know night as an attribute, because stations choose it by policy. */
export function followTheme(): void {
  const query = window.matchMedia(dark);
  const apply = (): void => {
    document.documentElement.dataset['theme'] = query.matches ? 'night' : 'day';
  };
  apply();
  query.addEventListener('change', apply);
}

import { Icon } from './icon.tsx';
import { useLanguage } from './language.tsx';
import type { Feed } from './overview-feed.ts';
import { useNow } from './use-now.ts';

/** The rail on top: who this is, which page, and whether it is live. Dashed while the server is out of reach. */
export function Rail({ feed }: { feed: Feed }) {
  const { words, switchLanguage } = useLanguage();
  const lost = feed.kind === 'unreachable' || (feed.kind === 'shown' && feed.link === 'lost');
  return (
    <header className={lost ? 'rail lost' : 'rail'}>
      <div className="mark">
        <svg viewBox="0 0 26 26" aria-hidden="true">
          <path d="M1 3h24" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
          <path d="M3 5h7c0 9-1.5 14-3.5 19H3zM23 5h-7c0 9 1.5 14 3.5 19H23z" fill="currentColor" />
        </svg>
        Wardlock
      </div>
      <nav aria-label={words.pages}>
        <a href="./" aria-current="page">
          {words.overview}
        </a>
      </nav>
      <button
        type="button"
        className="btn bare"
        lang={words.otherLanguageCode}
        onClick={switchLanguage}
      >
        <Icon name="languages" />
        {words.otherLanguage}
      </button>
      {feed.kind === 'shown' && (
        <div className="me">
          <b>{feed.overview.practice}</b>
          {feed.link === 'live' ? (
            <span className="sign">
              <Icon name="link" />
              {words.link.live}
            </span>
          ) : (
            <Age since={feed.receivedAt} />
          )}
        </div>
      )}
      <p className="sr" role="status">
        {lost && words.link.lostSpoken}
      </p>
    </header>
  );
}

function Age({ since }: { since: number }) {
  const { link } = useLanguage().words;
  const seconds = Math.max(0, Math.round((useNow(1000) - since) / 1000));
  const age = seconds < 120 ? link.seconds(seconds) : link.minutes(Math.floor(seconds / 60));
  return (
    <span className="sign due">
      <Icon name="unplug" />
      {link.lost(age)}
    </span>
  );
}

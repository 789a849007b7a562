import { unreachable } from '../../common/result.ts';
import { useLanguage } from './language.tsx';
import type { Feed } from './overview-feed.ts';

type Why = Exclude<Feed['kind'], 'shown'>;

/** What stands in place of the page while it cannot be shown: what is the matter, and what to do. */
export function Door({ why }: { why: Why }) {
  const { doors } = useLanguage().words;
  switch (why) {
    case 'loading':
      return <p role="status">{doors.loading}</p>;
    case 'unauthorized':
      return (
        <>
          <h1>{doors.unauthorized}</h1>
          <p className="say">{doors.unauthorizedHow}</p>
          <p className="say soft">{doors.unauthorizedWhy}</p>
        </>
      );
    case 'unreachable':
      return (
        <>
          <h1>{doors.unreachable}</h1>
          <p className="say">{doors.unreachableHow}</p>
        </>
      );
    case 'unreadable':
      return (
        <>
          <h1>{doors.unreadable}</h1>
          <p className="say">{doors.unreadableHow}</p>
        </>
      );
    default:
      return unreachable(why);
  }
}

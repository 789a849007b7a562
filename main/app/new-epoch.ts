import type { Journal } from '../ports/journal.ts';
import type { PastUploader } from './past-uploader.ts';
import type { Uploader } from './uploader.ts';

/** Carries out an approval: the disputed epoch becomes a past one, and uploads go on in the next. */
export function epochBeginner(
  journal: Pick<Journal, 'place' | 'beginEpoch'>,
  uploader: Pick<Uploader, 'renewed'>,
  past: Pick<PastUploader, 'kick'>,
  uuid: () => string,
): (epoch: string) => boolean {
  return (epoch) => {
    if (journal.place().epoch !== epoch || !journal.beginEpoch(uuid()).ok) return false;
    past.kick();
    uploader.renewed();
    return true;
  };
}

import type { KeyReader } from '../ports/key-reader.ts';

export interface KeyWatch {
  readonly keys: KeyReader;
  /** Keys that are plugged in; undefined until the key process has told it. */
  known(): number | 'crashed' | undefined;
}

/** Remembers what a key process said last about what is plugged in, for whoever begins to listen later. */
export function watchKeys(reader: KeyReader): KeyWatch {
  type Heard = Parameters<Parameters<KeyReader['listen']>[0]>[0];
  let last: Heard | undefined;
  let listener: (event: Heard) => void = () => undefined;
  reader.listen((event) => {
    if (event.kind === 'keys' || event.kind === 'crashed') last = event;
    listener(event);
  });
  return {
    keys: {
      ...reader,
      listen(next) {
        listener = next;
        if (last !== undefined) next(last);
      },
    },
    known() {
      if (last === undefined) return undefined;
      return last.kind === 'keys' ? last.keys.length : 'crashed';
    },
  };
}

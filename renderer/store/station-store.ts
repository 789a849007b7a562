import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { StationView } from '../../preload/contract.ts';

interface Mirror {
  /** Absent until main has told it for the first time. */
  readonly view: StationView | undefined;
}

/**
 * The mirror of main's view: all that a page knows. It is only ever replaced whole, and only by a
 * newer one; nothing here predicts what the station does next.
 */
export const stationStore = createStore<Mirror>(() => ({ view: undefined }));

export function receive(view: StationView): void {
  stationStore.setState((mirror) =>
    mirror.view !== undefined && view.revision <= mirror.view.revision ? mirror : { view },
  );
}

export const useHasView = (): boolean => useStore(stationStore, ({ view }) => view !== undefined);

/** A part of the view. Only below a component that checked `useHasView`. */
export function useView<T>(select: (view: StationView) => T): T {
  return useStore(stationStore, ({ view }) => {
    if (view === undefined) throw new Error('the view was read before it came');
    return select(view);
  });
}

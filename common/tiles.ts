import type { Subtree } from './tree.ts';

/** The tree cut into tiles, and their names, as of https://c2sp.org/tlog-tiles. */

/** Hashes in a full tile: 256, the leaves of a subtree of height 8. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;
const MAX_LEVEL = 63;

/** Consecutive hashes of subtrees of height 8 × `level`; a partial tile has fewer than 256. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** How many hashes tile `index` of a level has in a tree of `size` leaves; 0 where there is none. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** Every tile that gets hashes when a tree of `from` leaves grows to `to`, lowest level first. */
export function tilesBetween(from: number, to: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; TILE_WIDTH ** level <= to; level++) {
    const before = Math.floor(from / TILE_WIDTH ** level);
    const after = Math.floor(to / TILE_WIDTH ** level);
    if (before === after) break;
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
      tiles.push({ level, index, width: tileWidth(level, index, to) });
    }
  }
  return tiles;
}

/** The part of a tile that a subtree stands on: `width` hashes from hash `from` of tile `level`/`index`. */
export function tileOf({ level, index }: Subtree): {
  readonly level: number;
  readonly index: number;
  readonly from: number;
  readonly width: number;
} {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const width = 2 ** (level % TILE_HEIGHT);
  const from = index * width;
  const tile = Math.floor(from / TILE_WIDTH);
  return { level: tileLevel, index: tile, from: from - tile * TILE_WIDTH, width };
}

/** `0/x001/x234/067`, and `.p/8` behind it for a partial tile. Level `entries` is the entries themselves. */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return width === TILE_WIDTH ? `${level}/${path}` : `${level}/${path}.p/${width}`;
}

/** The tile of such a path, or undefined where it is no path of one: each tile has one name only. */
export function readTilePath(
  path: string,
):
  | { readonly level: number | 'entries'; readonly index: number; readonly width: number }
  | undefined {
  const match = /^(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (match === null) return undefined;
  const [, levelText = '', indexText = '', widthText] = match;
  const level = levelText === 'entries' ? levelText : Number(levelText);
  const index = Number(indexText.replaceAll(/[x/]/g, ''));
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText);
  if (level !== 'entries' && level > MAX_LEVEL) return undefined;
  return tilePath(level, index, width) === path && width > 0 ? { level, index, width } : undefined;
}

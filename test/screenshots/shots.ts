import { type Scene, type Surface, scenes } from '../support/station-views.ts';

/** A window: what it shows, how large it is, and how the reader's system is set. */
export interface Frame {
  readonly url: Surface;
  readonly size: Size;
  readonly forcedColors?: true;
  readonly doubleText?: true;
}
/** One picture. */
export interface Shot extends Frame {
  readonly name: string;
  readonly scene: Scene;
}
type Size = readonly [width: number, height: number];

/** Height of the bar's window, unless it asks for more; the overlay has the rest. */
const BAR = 92;

const sized = (url: Surface, [width, height]: Size): Size => {
  switch (url) {
    case '/bar':
      return [width, BAR];
    case '/overlay':
      return [width, height - BAR];
    case '/curtain':
    case '/curtain?plain':
      return [width, height];
  }
};

const desk: Size = [1920, 1080];
const ward: Size = [1366, 768];
const square: Size = [1280, 1024];
const small: Size = [1024, 768];

type Named = readonly [name: string, scene: Scene];
const all: readonly Named[] = Object.entries<Scene>(scenes);
const pick = (pattern: RegExp) => all.filter(([name]) => pattern.test(name));

/** The states whose words or controls need the most room. */
const roomy = pick(
  /^curtain-(tap|key-in|pin|pin-again-twice|touch|offline|six-parked|marks|notice-pin-must-change-key-in|stopped-outdated|help-(blocked|lost)|lost-.*|unpaired(-typed|-server-key-mismatch)?|checks-(good|4|nothing-set))$|^(bar|overlay)/,
);

const shot = (
  [name, scene]: Named,
  suffix: string,
  size: Size,
  rest: Pick<Shot, 'forcedColors' | 'doubleText'> = {},
): Shot => ({ name: name + suffix, scene, url: scene.url, size: sized(scene.url, size), ...rest });

const night = ([name, scene]: Named): Named => [
  name,
  { ...scene, view: { ...scene.view, theme: 'night', language: 'es' } },
];

/** Add a picture here. */
export const shots: readonly Shot[] = [
  ...all.map((scene) => shot(scene, '', desk)),
  ...all.map((scene) => shot(night(scene), '-night-es', desk)),
  ...roomy.flatMap((scene) => [
    shot(scene, '-1366', ward),
    shot(night(scene), '-1366-night-es', ward),
    shot(scene, '-1280', square),
  ]),
  ...pick(/^curtain-pin-(last|few)$/).map((scene) => shot(night(scene), '-1280-night-es', square)),
  ...pick(/^bar(-administrator-marks-offline|-told-not-printed)?$/).flatMap((scene) => [
    shot(scene, '-1024', small),
    shot(scene, '-1024-200', small, { doubleText: true }),
    shot(night(scene), '-1280-200-night-es', square, { doubleText: true }),
  ]),
  ...pick(
    /^(curtain-(tap|pin|pin-again-twice|offline|help-nothing|lost-(name-typed|reported|among-parked)|unpaired-typed|checks-4|stopped-outdated)|bar|overlay-(idle|key))$/,
  ).flatMap((scene) => [
    shot(scene, '-forced', desk, { forcedColors: true }),
    shot(scene, '-200', desk, { doubleText: true }),
  ]),
];

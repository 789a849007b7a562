// What the three pages share: the beds, one document of its own for each patient, the form.
import { beds } from './patients.js';

// Tests read it before and after a lock: the same id means the same document, never loaded again.
const bytes = crypto.getRandomValues(new Uint8Array(8));
window.__documentId = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const HOUR = 3_600_000;
const opened = new Date();
const fullHour = new Date(opened).setMinutes(0, 0, 0);

const clock = (at) =>
  new Date(at).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** "15:00", that many hours from the full hour in which the page was opened. */
export const timeAt = (hours) => clock(fullHour + hours * HOUR);

/** "due in 28 min", "planned", "given", "running". */
export function stateOf({ hours, running }) {
  if (running) return 'running';
  const minutes = Math.round((fullHour + hours * HOUR - Date.now()) / 60_000);
  if (hours < 0) return 'given';
  if (minutes <= 0) return 'due now';
  return minutes <= 60 ? `due in ${minutes} min` : 'planned';
}

/** An element with attributes and children; text stays text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const row = (...cells) =>
  make('tr', {}, ...cells.map((cell) => (cell instanceof Element ? cell : make('td', {}, cell))));

export function fillList(list, entries) {
  for (const [name, value] of Object.entries(entries))
    list.append(make('div', {}, make('dt', {}, name), make('dd', {}, value)));
}

/**
 * Shows the bed in the address. Each patient's part is built once and kept, so that what was typed at
 * one bed is still there after a look at another.
 * @param {(part: DocumentFragment, patient: object) => void} build fills the patient's copy of the template
 * @param {(answer: (name: string) => string) => string} summarize one line for the list of what was filed
 */
export function openWard(build, summarize) {
  document.getElementById('document-id').textContent = `${window.__documentId.slice(0, 4)}…`;
  document.getElementById('document-id').title = window.__documentId;
  const links = new Map();
  const parts = new Map();
  const nav = document.querySelector('nav');
  for (const { bed, patient } of beds) {
    const words = patient ? `${patient.given[0]}. ${patient.family}, ${patient.age}` : 'free';
    const attributes = patient ? { href: `#bed-${bed}` } : {};
    const link = make(patient ? 'a' : 'p', attributes, make('small', {}, `Bed ${bed}`), words);
    links.set(bed, link);
    nav.append(link);
  }

  const show = () => {
    const wanted = Number(/^#bed-(\d)$/.exec(location.hash)?.[1] ?? 4);
    const { bed, patient } =
      beds.find((one) => one.bed === wanted && one.patient) ?? beds.find((one) => one.bed === 4);
    if (!parts.has(bed)) parts.set(bed, addPart(bed, patient, build, summarize));
    for (const [number, part] of parts) part.hidden = number !== bed;
    for (const [number, link] of links) {
      if (number === bed) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  };
  addEventListener('hashchange', show);
  show();
}

/** What the form says under this name; several ticks are joined. */
const answerTo = (form, name) =>
  new FormData(form)
    .getAll(name)
    .filter((value) => typeof value === 'string')
    .join(', ');

function addPart(bed, patient, build, summarize) {
  const part = document.getElementById('patient').content.firstElementChild.cloneNode(true);
  for (const label of part.querySelectorAll('[data-for]')) {
    label.htmlFor = `${label.dataset.for}-${bed}`;
    part.querySelector(`[data-id="${label.dataset.for}"]`).id = label.htmlFor;
  }
  part
    .querySelector('.who')
    .append(
      make('h1', {}, `${patient.family}, ${patient.given}`),
      ...(patient.allergy ? [make('b', { class: 'flag' }, `${patient.allergy} allergy`)] : []),
      make(
        'p',
        { class: 'soft' },
        `Bed ${bed} · ${patient.age} years · day ${patient.day} · sample patient, not a real person`,
      ),
    );
  build(part, patient);
  const form = part.querySelector('form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const filed = part.querySelector('.filed');
    filed.hidden = false;
    filed
      .querySelector('ol')
      .prepend(
        make(
          'li',
          {},
          make('b', {}, clock(Date.now())),
          ` ${summarize((name) => answerTo(form, name))}`,
        ),
      );
    form.reset();
  });
  document.querySelector('main').append(part);
  return part;
}

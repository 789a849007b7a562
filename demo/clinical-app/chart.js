import { fillList, make, openWard, row, stateOf, timeAt } from './ward.js';

const LOW = 60;
const HIGH = 160;
const SVG = 'http://www.w3.org/2000/svg';

/** The lines stretch with the box; the words beside them do not. */
function vitals(figure, { heartRate, systolic }) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 100');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  svg.setAttribute(
    'aria-label',
    `Heart rate from ${heartRate[0]} to ${heartRate.at(-1)}, systolic pressure from ${systolic[0]} to ${systolic.at(-1)} in 20 hours`,
  );
  const y = (value) => 100 - (100 * (value - LOW)) / (HIGH - LOW);
  const line = (name, points) => {
    const shape = document.createElementNS(SVG, 'polyline');
    shape.setAttribute('class', name);
    shape.setAttribute('points', points.map(([x, at]) => `${x},${at}`).join(' '));
    svg.append(shape);
  };
  const marks = [160, 135, 110, 85, 60];
  for (const mark of marks)
    line('grid', [
      [0, y(mark)],
      [100, y(mark)],
    ]);
  line(
    'heart',
    heartRate.map((value, i) => [10 * i, y(value)]),
  );
  line(
    'pressure',
    systolic.map((value, i) => [10 * i, y(value)]),
  );

  const scale = make('div', { class: 'scale', 'aria-hidden': 'true' });
  scale.append(...marks.map((mark) => make('span', {}, String(mark))));
  const hours = make('div', { class: 'hours', 'aria-hidden': 'true' });
  hours.append(...[-20, -15, -10, -5, 0].map((hour) => make('span', {}, timeAt(hour))));
  figure.append(
    scale,
    svg,
    hours,
    make(
      'figcaption',
      {},
      make('span', { class: 'key heart' }),
      `Heart rate, now ${heartRate.at(-1)}`,
      make('span', { class: 'key pressure' }),
      `Systolic pressure, now ${systolic.at(-1)}`,
    ),
  );
}

openWard(
  (part, patient) => {
    vitals(part.querySelector('.vitals'), patient);
    const due = part.querySelector('.due tbody');
    const fill = () =>
      due.replaceChildren(
        ...patient.doses.map((dose) =>
          row(timeAt(dose.hours), dose.drug, dose.dose, stateOf(dose)),
        ),
      );
    fill();
    setInterval(fill, 30_000);
    part.querySelector('.rounds').textContent = patient.rounds;
    fillList(part.querySelector('.lines'), patient.lines);
    fillList(part.querySelector('.team'), patient.team);
    part
      .querySelector('[name=pain]')
      .append(...Array.from({ length: 11 }, (_, n) => make('option', {}, String(n))));
  },
  (answer) => {
    const pain = answer('pain') === 'not asked' ? '' : `pain ${answer('pain')}`;
    const rest = [answer('note'), pain, answer('done')].filter(Boolean).join(', ');
    return `${answer('about')}: ${rest || 'no text'}`;
  },
);

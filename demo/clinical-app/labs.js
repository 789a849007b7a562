import { make, openWard, row, timeAt } from './ward.js';

const judge = (value, { low, high }) => {
  if (value > high) return 'high';
  return value < low ? 'low' : '';
};

openWard(
  (part, patient) => {
    const samples = Math.max(...patient.labs.map(({ values }) => values.length));
    const heads = [
      'Test',
      ...Array.from({ length: samples }, (_, i) => timeAt(-1 - 8 * i)),
      'Normal',
    ];
    part
      .querySelector('.results thead')
      .append(row(...heads.map((text) => make('th', { scope: 'col' }, text))));
    part.querySelector('.results tbody').append(
      ...patient.labs.map((test) =>
        row(
          test.name,
          ...Array.from({ length: samples }, (_, i) => {
            const value = test.values[i];
            if (value === undefined) return '–';
            const word = judge(value, test);
            return make(
              'td',
              {},
              String(value),
              ...(word ? [make('b', { class: 'off' }, word)] : []),
            );
          }),
          `${test.low} to ${test.high} ${test.unit}`,
        ),
      ),
    );
  },
  (answer) =>
    [answer('comment') || 'No text', `repeat ${answer('repeat')}`, answer('done')]
      .filter(Boolean)
      .join(', '),
);

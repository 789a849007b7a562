import { make, openWard, row, stateOf, timeAt } from './ward.js';

openWard(
  (part, patient) => {
    const states = [];
    const body = part.querySelector('.doses tbody');
    for (const dose of patient.doses) {
      const state = make('td', {}, stateOf(dose));
      states.push(() => {
        state.textContent = stateOf(dose);
      });
      const given = make('input', { type: 'checkbox' });
      given.checked = stateOf(dose) === 'given' || dose.running === true;
      given.setAttribute('aria-label', `${dose.drug} at ${timeAt(dose.hours)} given`);
      const tick = make('td', {}, make('label', { class: 'tick' }, given));
      body.append(row(timeAt(dose.hours), dose.drug, dose.dose, state, tick));
    }
    setInterval(() => states.forEach((renew) => renew()), 30_000);
  },
  (answer) => `${answer('remark') || 'No remark'}, ${answer('why')}`,
);

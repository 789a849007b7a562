// Sample patients, made up. Times are hours from the full hour in which the page was opened.
const panel = (rows) =>
  rows.map(([name, unit, low, high, ...values]) => ({ name, unit, low, high, values }));
const doses = (rows) =>
  rows.map(([hours, drug, dose, running]) => ({ hours, drug, dose, running }));

export const beds = [
  {
    bed: 1,
    patient: {
      family: 'Lindqvist',
      given: 'Astrid',
      age: 71,
      day: 2,
      heartRate: [96, 94, 92, 95, 90, 88, 86, 88, 84, 82, 80],
      systolic: [104, 106, 110, 108, 112, 116, 114, 118, 120, 122, 121],
      doses: doses([
        [-2, 'Paracetamol', '1 g IV'],
        [1, 'Cefuroxime', '1.5 g IV'],
        [3, 'Enoxaparin', '40 mg SC'],
        [5, 'Metoprolol', '23.75 mg by mouth'],
      ]),
      rounds:
        'Drain out if less than 50 ml since midnight. Start clear fluids. Physiotherapy twice today.',
      lines: {
        Arterial: 'none',
        Central: 'Left jugular, day 2',
        'Urine, last hour': '70 ml',
        Balance: '−120 ml',
      },
      team: { Nurse: 'M. Lopez', Physician: 'C. Wei' },
      labs: panel([
        ['Haemoglobin', 'g/dl', 12, 16, 10.4, 10.1, 9.8],
        ['Leukocytes', '10⁹/l', 4, 10, 11.2, 12.6, 13.1],
        ['Creatinine', 'µmol/l', 45, 84, 78, 81, 80],
        ['Potassium', 'mmol/l', 3.5, 5.1, 4.1, 4.0, 4.2],
        ['C-reactive protein', 'mg/l', 0, 5, 84, 96, 112],
      ]),
    },
  },
  { bed: 2 },
  {
    bed: 3,
    patient: {
      family: 'Abara',
      given: 'Joseph',
      age: 58,
      day: 1,
      allergy: 'Latex',
      heartRate: [72, 70, 74, 78, 76, 74, 72, 71, 70, 68, 69],
      systolic: [142, 146, 150, 148, 144, 140, 138, 136, 138, 134, 132],
      doses: doses([
        [-3, 'Nicardipine', '5 mg/h', true],
        [2, 'Levetiracetam', '500 mg IV'],
        [4, 'Pantoprazole', '40 mg IV'],
      ]),
      rounds: 'Systolic below 140. Pupils every hour. Repeat imaging tomorrow at 08:00.',
      lines: {
        Arterial: 'Right radial, day 1',
        Central: 'none',
        'Urine, last hour': '90 ml',
        Balance: '+40 ml',
      },
      team: { Nurse: 'M. Lopez', Physician: 'C. Wei' },
      labs: panel([
        ['Sodium', 'mmol/l', 135, 145, 139, 140, 141],
        ['Potassium', 'mmol/l', 3.5, 5.1, 3.4, 3.6, 3.8],
        ['Glucose', 'mmol/l', 3.9, 7.8, 8.1, 7.4, 7.2],
        ['Platelets', '10⁹/l', 150, 400, 231, 228, 240],
      ]),
    },
  },
  {
    bed: 4,
    patient: {
      family: 'Okafor',
      given: 'Ruth',
      age: 66,
      day: 3,
      allergy: 'Penicillin',
      heartRate: [78, 84, 92, 97, 94, 100, 98, 92, 88, 86, 84],
      systolic: [118, 112, 104, 99, 102, 98, 103, 108, 112, 116, 119],
      doses: doses([
        [-4, 'Noradrenaline', '0.08 µg/kg/min', true],
        [1, 'Meropenem', '1 g IV'],
        [2, 'Insulin, sliding scale', 'by glucose'],
        [4, 'Enoxaparin', '40 mg SC'],
        [6, 'Pantoprazole', '40 mg IV'],
      ]),
      rounds:
        'Wean the vasopressor while the mean pressure stays above 65. Repeat lactate this afternoon. Out of bed to the chair. Family meeting tomorrow at 10:00.',
      lines: {
        Arterial: 'Left radial, day 2',
        Central: 'Right jugular, day 3',
        'Urine, last hour': '45 ml',
        Balance: '+310 ml',
      },
      team: { Nurse: 'M. Lopez', Physician: 'C. Wei' },
      labs: panel([
        ['Lactate', 'mmol/l', 0.5, 1.6, 1.9, 2.6, 3.4],
        ['Leukocytes', '10⁹/l', 4, 10, 14.8, 16.2, 17.9],
        ['Procalcitonin', 'µg/l', 0, 0.5, 3.1, 4.8, 6.2],
        ['Creatinine', 'µmol/l', 45, 84, 118, 131, 142],
        ['Haemoglobin', 'g/dl', 12, 16, 9.9, 10.2, 10.6],
        ['Potassium', 'mmol/l', 3.5, 5.1, 4.4, 4.6, 4.9],
      ]),
    },
  },
  {
    bed: 5,
    patient: {
      family: 'Moreau',
      given: 'Théo',
      age: 43,
      day: 5,
      heartRate: [88, 86, 84, 86, 82, 80, 78, 80, 76, 78, 75],
      systolic: [124, 122, 126, 128, 124, 126, 122, 120, 124, 126, 125],
      doses: doses([
        [-1, 'Propofol', '80 mg/h', true],
        [2, 'Piperacillin, tazobactam', '4.5 g IV'],
        [5, 'Enoxaparin', '40 mg SC'],
      ]),
      rounds: 'Breathing trial at noon. Sedation down by steps. Head of the bed at 30°.',
      lines: {
        Arterial: 'Right radial, day 4',
        Central: 'Right subclavian, day 5',
        'Urine, last hour': '60 ml',
        Balance: '+95 ml',
      },
      team: { Nurse: 'M. Lopez', Physician: 'C. Wei' },
      labs: panel([
        ['pH, arterial', '', 7.35, 7.45, 7.41, 7.38, 7.33],
        ['pCO₂', 'kPa', 4.7, 6, 5.4, 5.9, 6.4],
        ['Leukocytes', '10⁹/l', 4, 10, 9.2, 10.4, 12.0],
        ['Albumin', 'g/l', 35, 50, 29, 28, 28],
      ]),
    },
  },
  {
    bed: 6,
    patient: {
      family: 'Haddad',
      given: 'Samira',
      age: 80,
      day: 1,
      allergy: 'Iodine contrast',
      heartRate: [110, 118, 112, 104, 98, 96, 92, 94, 90, 88, 90],
      systolic: [112, 108, 114, 116, 118, 120, 118, 122, 124, 122, 126],
      doses: doses([
        [-2, 'Amiodarone', '900 mg over 24 h', true],
        [1, 'Magnesium', '2 g IV'],
        [3, 'Apixaban', '2.5 mg by mouth'],
      ]),
      rounds: 'Rhythm strip every four hours. Potassium above 4.5. Ask about her hearing aid.',
      lines: { Arterial: 'none', Central: 'none', 'Urine, last hour': '55 ml', Balance: '+180 ml' },
      team: { Nurse: 'M. Lopez', Physician: 'C. Wei' },
      labs: panel([
        ['Potassium', 'mmol/l', 3.5, 5.1, 4.3, 3.9, 3.4],
        ['Magnesium', 'mmol/l', 0.7, 1, 0.9, 0.7, 0.6],
        ['Troponin T', 'ng/l', 0, 14, 22, 25, 24],
        ['TSH', 'mU/l', 0.4, 4, 2.1],
      ]),
    },
  },
];

import type { EventType } from '../../../common/event.ts';
import { type CodeWords, causeSaid, recordSaid } from './codes.ts';
import type { Words } from './en.ts';

const someone = (who: string | undefined): string => who ?? 'Alguien';
const of = (who: string | undefined): string => `de ${who ?? 'alguien'}`;

const smallNumbers = ['Ningún', 'Un', 'Dos', 'Tres', 'Cuatro', 'Cinco', 'Seis', 'Siete', 'Ocho'];
const count = (n: number): string => smallNumbers[n] ?? String(n);

const events: Record<EventType, (who: string | undefined) => string> = {
  'station.started': () => 'El puesto arrancó',
  'station.stopped': () => 'El puesto se apagó',
  'station.paired': () => 'El puesto quedó emparejado',
  'station.recovered': () => 'El puesto se recuperó',
  'session.opened': (who) => `${someone(who)} entró`,
  'session.resumed': (who) => `${someone(who)} volvió a su trabajo`,
  'session.locked': (who) => `Se bloqueó el trabajo ${of(who)}`,
  'session.parked': (who) => `Se apartó el trabajo ${of(who)}`,
  'session.ended': (who) => `Terminó la sesión ${of(who)}`,
  'session.lost': (who) => `Se perdió la sesión ${of(who)}`,
  'auth.refused': (who) =>
    who === undefined ? 'No se aceptó una llave' : `No se aceptó la llave ${of(who)}`,
  'key.reported': (who) =>
    `Se comunicó la pérdida de una llave${who === undefined ? '' : ` a nombre ${of(who)}`}`,
  'directory.updated': () => 'Se actualizó la lista de personal',
  'directory.refused': () => 'Se rechazó una lista de personal',
  'app.opened': (who) => `${someone(who)} abrió una aplicación`,
  'app.blocked': () => 'Se bloqueó un intento de una aplicación',
  'app.crashed': () => 'Una aplicación dejó de funcionar',
  'app.printed': (who) => `${someone(who)} envió una página a la impresora`,
  'clock.jumped': () => 'El reloj dio un salto',
  'journal.recovered': () => 'Se recuperó el diario',
  'ledger.witnessed': () => 'El puesto confirmó el registro del servidor',
  'ledger.refused': () => 'El puesto rechazó el registro del servidor',
  'ledger.restored': () => 'El registro del servidor se restauró de una copia',
};

const codes: CodeWords = {
  cause: {
    idle: 'no había nadie',
    button: 'a mano',
    'key-removed': 'se sacó la llave',
    suspend: 'el equipo se durmió',
    'os-lock': 'lo bloqueó el sistema',
    clock: 'el reloj dio un salto',
    remote: 'por orden del servidor',
    elsewhere: 'entró en otro puesto',
    switch: 'entró otra persona',
    display: 'cambió una pantalla',
    fault: 'tras un fallo',
    crash: 'tras un cierre inesperado',
    'sign-out': 'salió a mano',
    'parked-too-long': 'demasiado tiempo apartada',
    'too-old': 'demasiado tiempo abierta',
    evicted: 'hacía falta su sitio',
    'member-inactive': 'ya no está en la lista de personal',
    'key-revoked': 'se revocó la llave',
    shutdown: 'se apagó el puesto',
    closed: 'un administrador cerró Wardlock',
    'pin-mismatch': 'el PIN no coincide',
    'pin-blocked': 'tres PIN seguidos sin coincidir',
    'pin-locked': 'no quedan intentos',
    'pin-not-set': 'la llave no tiene PIN',
    'pin-too-short': 'el PIN es demasiado corto',
    'pin-must-change': 'hay que cambiar el PIN',
    'no-credential': 'no es una llave de este centro',
    'several-credentials': 'varias personas en una llave',
    'u2f-only': 'la llave es demasiado antigua',
    'not-genuine': 'la llave no es lo que dice',
    'already-enrolled': 'la llave ya está preparada',
    'key-full': 'la llave está llena',
    'unsupported-algorithm': 'la llave no firma como hace falta',
    'touch-timeout': 'no se tocó a tiempo',
    removed: 'se sacó la llave',
    'no-permission': 'el sistema retiene la llave',
    busy: 'otro programa tiene la llave',
    unreadable: 'la llave no respondió bien',
    cancelled: 'cancelado',
    'unknown-key': 'nadie de la lista tiene esta llave',
    'not-verified': 'su firma no es válida',
    'not-recorded': 'no se pudo registrar el acceso',
    'timed-out': 'tardó demasiado',
    'key-process-crashed': 'se paró el lector de llaves',
  },
  causeOf: {
    'directory.refused': {
      'bad-signature': 'no la firmó la clave de este servidor',
      'bad-shape': 'no se pudo leer',
      older: 'era más antigua que la que está en uso',
      'wrong-group': 'era para otro grupo de puestos',
      'wrong-rp': 'era para otro centro',
    },
    'ledger.refused': {
      signature: 'no lo firmó la clave de este servidor',
      proof: 'su prueba no es válida',
      fork: 'se cambió o hay dos distintos',
      'rolled-back': 'le falta el final',
      'other-log': 'es otro registro',
      'not-included': 'le faltan anotaciones de este puesto',
      'no-receipt': 'el servidor no prueba lo que aceptó',
    },
    'journal.recovered': {
      missing: 'el anterior ya no está',
      file: 'el anterior está dañado',
      identity: 'el anterior no es de este puesto',
      unreadable: 'el anterior no se pudo descifrar',
      chain: 'el anterior tenía huecos o cambios',
      dispute: 'un administrador aprobó uno nuevo',
    },
    'session.resumed': { grace: 'con un toque sin PIN, poco después del PIN' },
  },
  record: {
    'proof-missing': 'Llegó sin la firma de la llave.',
    'credential-unknown': 'El servidor no conoce la llave que firmó.',
    'key-mismatch': 'Nombra otra llave que la que firmó.',
    'member-mismatch': 'La llave que firmó es de otra persona.',
    malformed: 'La firma de la llave no se puede leer.',
    'client-data-type': 'La llave firmó algo que no es un acceso.',
    origin: 'La llave firmó para otra dirección.',
    'rp-id': 'La llave firmó para otro centro.',
    'user-present': 'La llave firmó sin que nadie la tocara.',
    'user-verified': 'La llave firmó sin PIN.',
    grace: 'La llave firmó sin PIN, y ninguna directiva ni PIN anterior lo permite.',
    'backup-eligible': 'La firmó una clave de acceso que se puede copiar.',
    signature: 'La firma no es de la llave de esta persona.',
    'bound-place': 'La firma no sigue a ningún registro anterior de este puesto.',
    challenge: 'La llave firmó para otro lugar del diario del puesto.',
    'nonce-used': 'Esta firma ya abrió una sesión antes.',
    counter: 'El contador de la llave no subió: puede haber una copia de la llave.',
    'chain-fork': 'No continúa el diario del puesto que tiene el servidor.',
    'chain-gap': 'Faltan registros anteriores.',
    'epoch-not-approved': 'El puesto empezó un diario nuevo que nadie aprobó.',
    'clock-ahead': 'El reloj del puesto va por delante del servidor.',
    'clock-behind': 'Su hora es de hace más de un año.',
    'clock-back': 'Su hora es anterior a la del registro al que sigue.',
  },
};

export const es: Words = {
  otherLanguage: 'English',
  otherLanguageCode: 'en',
  overview: 'Resumen',
  pages: 'Páginas',
  sentence: (type, who) => events[type](who),
  cause: (type, code) => causeSaid(codes, type, code),
  reason: (code) => recordSaid(codes, code),
  list: (names) => new Intl.ListFormat('es').format(names),
  number: (n) => n.toLocaleString('es'),

  headline: {
    disputed: (n) => `${count(n)} ${n === 1 ? 'registro está' : 'registros están'} en disputa.`,
    unproven: (n) =>
      `${count(n)} ${n === 1 ? 'acceso reciente no tiene' : 'accesos recientes no tienen'} prueba.`,
    silent: (n) => (n === 1 ? 'Un puesto no da señales.' : `${count(n)} puestos no dan señales.`),
    noStations: 'Aún no hay ningún puesto emparejado.',
    restQuiet: 'Todo lo demás está en calma.',
    quiet: 'Nada le necesita. Todo está en calma.',
    lost: (time) => `No se llega al servidor. Así estaban las cosas a las ${time}.`,
  },

  link: {
    live: 'En directo',
    lost: (age) => `Sin conexión, datos de hace ${age}`,
    lostSpoken: 'Sin conexión. La página lo intenta de nuevo por sí sola.',
    seconds: (n) => `${n} s`,
    minutes: (n) => `${n} min`,
  },

  needs: {
    title: 'Le necesita',
    things: (n) => (n === 1 ? '1 asunto' : `${n} asuntos`),
    disputed: (n) => (n === 1 ? '1 registro está en disputa.' : `${n} registros están en disputa.`),
    disputedWhy:
      'No continúa lo que su puesto envió antes. Se guarda, queda marcado y nada se ha perdido.',
    unproven: (n) =>
      n === 1 ? '1 acceso reciente no tiene prueba.' : `${n} accesos recientes no tienen prueba.`,
    unprovenWhy: 'La firma de la llave no respalda el registro. Vea los eventos más abajo.',
    silent: (n) => (n === 1 ? '1 puesto no da señales.' : `${n} puestos no dan señales.`),
    silentSince: (station, time) => `${station} desde las ${time}`,
    silentNever: (station) => `${station}, aún sin noticias`,
  },

  stations: {
    title: 'Puestos',
    paired: (n) => (n === 1 ? '1 emparejado' : `${n} emparejados`),
    none: 'Empareje uno con el código que escribe el servidor.',
    states: {
      open: 'Abierto',
      locked: 'Bloqueado',
      parked: 'Bloqueado, con trabajo apartado',
      silent: 'Sin señales',
      new: 'Nuevo, aún sin arrancar',
    },
    since: (time) => `desde las ${time}`,
  },

  accesses: {
    title: 'Accesos de hoy',
    explained: 'Entradas y regresos, por hora',
    summary: (total, busiest, most) =>
      total === 0
        ? 'Accesos por hora de hoy: ninguno todavía.'
        : `Accesos por hora de hoy: ${total} hasta ahora. El máximo, a las ${busiest}, con ${most}.`,
    now: (time) => `ahora ${time}`,
    asTable: 'Lo mismo en una tabla',
    hour: 'Hora',
    count: 'Accesos',
    noneYet: 'Ninguno todavía. Aquí se ve una barra por cada hora con accesos.',
  },

  events: {
    title: 'Últimos eventos',
    newest: (n) => (n === 0 ? 'Ninguno todavía' : `Los ${n} más nuevos`),
    none: 'Aún no ha pasado nada. El primer evento de un puesto aparece aquí en un segundo.',
    time: 'Hora',
    what: 'Qué pasó',
    station: 'Puesto',
    record: 'Registro',
    verdicts: { verified: 'Verificado', unproven: 'Sin prueba', disputed: 'En disputa' },
  },

  doors: {
    loading: 'Preguntando al servidor…',
    unauthorized: 'Esta página se abre con la dirección que escribe el servidor.',
    unauthorizedHow:
      'Al arrancar, el servidor escribe la dirección de la consola con una clave dentro. Abra esa dirección completa en este navegador.',
    unauthorizedWhy: 'Después, el navegador sigue dentro 30 días.',
    unreachable: 'No se llega al servidor.',
    unreachableHow: 'Esta página lo intenta de nuevo cada dos segundos y aparece por sí sola.',
    unreadable: 'El servidor dice algo que esta página no entiende.',
    unreadableHow: 'Quizá sean de versiones distintas. Vuelva a cargar la página.',
  },
};

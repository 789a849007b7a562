import type { Words } from './en.ts';

export const es: Words = {
  otherLanguage: 'English',
  link: {
    connecting: 'Conectando',
    connected: 'Conectado',
    offlineSince: 'Sin conexión desde las {{time}}',
    offlineDays_one: 'Sin conexión desde hace {{count}} día',
    offlineDays_other: 'Sin conexión desde hace {{count}} días',
    offline: 'Sin conexión',
  },
  marks: {
    simulated: 'Llaves simuladas',
    unsealed: 'Registro sin sellar',
    title: 'Sobre esta estación',
  },
  offline: {
    keepWorking: 'Puede seguir trabajando.',
    records_zero: 'Todos los registros han llegado al servidor.',
    records_one: '{{count}} registro está seguro aquí.',
    records_other: '{{count}} registros están seguros aquí.',
    records_many: '{{count}} de registros están seguros aquí.',
    staffList: 'Las llaves se comprueban con la lista de personal de {{when}}.',
    today: 'hoy a las {{time}}',
    earlier: 'el {{date}}, {{time}}',
  },
  parked: {
    title: 'En pausa aquí',
    someone: 'Alguien',
    more: '{{count}} más',
    times: 'desde {{since}}, hasta {{until}}',
  },
  help: 'Mi llave no funciona',
  itHelp: 'Ayuda de informática:',
  back: 'Volver',
  cancel: 'Cancelar',
  start: 'Empezar',
  waiting: {
    title: 'Acerque su llave',
    text: 'o conéctela',
    againText: 'Acerque su llave o conéctela.',
    keyTitle: 'Llave encontrada',
    keyText: 'Empiece y escriba después su PIN.',
  },
  reading: { title: 'Leyendo su llave', text: 'Déjela puesta. Es solo un momento.' },
  pin: {
    title: 'Escriba su PIN',
    again: 'Pruebe el PIN otra vez',
    found: 'Llave encontrada.',
    foundOf: 'Esta es la llave de {{name}}',
    noMatch: 'No coincide con su llave.',
    short_one: 'Su PIN tiene al menos {{count}} cifra.',
    short_other: 'Su PIN tiene al menos {{count}} cifras.',
    typed_zero: 'Ninguna cifra escrita',
    typed_one: '{{count}} cifra escrita',
    typed_other: '{{count}} cifras escritas',
    pad: 'Teclado del PIN',
    erase: 'Borrar',
    open: 'Abrir',
    beforeReinsert_one: 'Le queda {{count}} intento; después, saque la llave y vuelva a ponerla.',
    beforeReinsert_other:
      'Le quedan {{count}} intentos; después, saque la llave y vuelva a ponerla.',
    inAll_one: '{{count}} intento en total y se bloquea.',
    inAll_other: '{{count}} intentos en total y se bloquea.',
    beforeLock_one: 'Le queda {{count}} intento; después, esta llave se bloquea.',
    beforeLock_other: 'Le quedan {{count}} intentos; después, esta llave se bloquea.',
    notSure: '¿Tiene dudas? Cancele y use su llave de repuesto.',
    used: '{{used}} de 3 intentos usados',
  },
  choosing: {
    title: 'Toque la llave que va a usar',
    text: 'Hay más de una. La primera que toque recibe su PIN.',
  },
  checking: { title: 'Comprobando su PIN', text: 'Deje la llave puesta.' },
  touch: { title: 'Toque su llave', text: 'Toque el círculo dorado hasta que deje de parpadear.' },
  opening: { title: 'Abriendo', text: 'Su pantalla está en camino.' },
  notice: {
    'pin-mismatch': {
      title: 'Pruebe el PIN otra vez',
      text: 'No coincide con su llave. Empiece de nuevo cuando quiera.',
    },
    'pin-blocked': {
      title: 'Saque su llave',
      text: 'El PIN no coincidió tres veces. Vuelva a poner la llave y pruebe otra vez.',
    },
    'pin-locked': {
      title: 'Use su llave de repuesto',
      text: 'A esta no le quedan intentos y está bloqueada. Informática puede prepararla de nuevo.',
    },
    'pin-not-set': {
      title: 'Esta llave aún no tiene PIN',
      text: 'Use otra llave suya o pida a Informática que le ponga un PIN con usted.',
    },
    'pin-too-short': {
      title: 'Escriba su PIN completo',
      text: 'La llave espera más cifras. Empiece de nuevo cuando quiera.',
    },
    'pin-must-change': {
      title: 'Hay que cambiar su PIN',
      text: 'Pida a Informática que ponga uno nuevo con usted. Mientras tanto, sirve su llave de repuesto.',
    },
    'no-credential': {
      title: 'Use su llave de trabajo',
      text: 'Esta llave no está preparada para este centro. Informática puede añadirla.',
    },
    'several-credentials': {
      title: 'Use otra llave',
      text: 'Esta está preparada para más de una persona. Informática puede arreglarlo.',
    },
    'u2f-only': {
      title: 'Use una llave más nueva',
      text: 'Esta no puede guardar un PIN. Informática tiene una para usted.',
    },
    'not-genuine': {
      title: 'No use esta llave',
      text: 'Dice ser de alguien de aquí y no puede probarlo. Su PIN no le llegó. Désela a Informática.',
    },
    'already-enrolled': {
      title: 'Esta llave ya está preparada',
      text: 'Ya tiene una entrada de esta persona y no se cambió nada.',
    },
    'key-full': {
      title: 'Esta llave está llena',
      text: 'No le cabe otra entrada y no se cambió nada. Tome otra.',
    },
    'unsupported-algorithm': {
      title: 'Use una llave más nueva',
      text: 'Esta no puede firmar como este centro necesita. Informática tiene una para usted.',
    },
    'touch-timeout': {
      title: 'Empiece y toque',
      text: 'El círculo dorado no se tocó a tiempo. Tóquelo cuando parpadee.',
    },
    removed: {
      title: 'Vuelva a poner su llave',
      text: 'Salió demasiado pronto. Déjela puesta hasta que se abra su pantalla.',
    },
    'no-permission': {
      title: 'Use otra estación',
      text: 'Esta no tiene permiso para leer llaves. Su llave está bien. Avise a Informática.',
    },
    busy: {
      title: 'Ponga su llave otra vez',
      text: 'Otro programa la estaba usando. Sáquela, espere un momento y vuelva a ponerla.',
    },
    unreadable: {
      title: 'Ponga su llave otra vez',
      text: 'No se pudo leer. Sáquela y métala hasta el fondo.',
    },
    cancelled: {
      title: 'Acerque su llave',
      text: 'Usted lo detuvo y no se abrió nada. Empiece de nuevo cuando quiera.',
    },
    'unknown-key': {
      title: 'Use su llave de trabajo',
      text: 'Esta llave no está en la lista de personal de esta estación. Informática puede añadirla.',
    },
    'member-inactive': {
      title: 'Llame a Informática',
      text: 'La persona de esta llave no está activa en la lista de personal y no se abrió nada.',
    },
    'not-verified': {
      title: 'Pruebe su llave otra vez',
      text: 'No se pudo confirmar y no se abrió nada. Si sigue igual, llame a Informática.',
    },
    'not-recorded': {
      title: 'Pruebe otra vez',
      text: 'El acceso no se pudo anotar y no se abrió nada. Si sigue igual, use otra estación.',
    },
    'timed-out': {
      title: 'Empiece de nuevo',
      text: 'Pasó demasiado tiempo y la estación dejó de esperar. No se ha perdido nada.',
    },
    'key-process-crashed': {
      title: 'Pruebe su llave otra vez',
      text: 'El lector de llaves se detuvo y ya está en marcha. No se ha perdido nada.',
    },
  },
  stop: {
    starting: {
      title: 'Preparando',
      text: 'Esta estación se está preparando. Tarda unos segundos.',
    },
    unpaired: {
      title: 'Esta estación aún no está preparada',
      text: 'No conoce su servidor y aquí no se pueden comprobar las llaves.',
    },
    pending: {
      title: 'Esta estación espera la aprobación',
      text: 'Una persona de administración debe aprobarla. Después se abre sola.',
    },
    revoked: {
      title: 'Esta estación está fuera de servicio',
      text: 'Su servidor ya no acepta nada de ella. Soporte técnico debe vincularla de nuevo.',
    },
    'no-directory': {
      title: 'Esperando la lista de personal',
      text: 'Viene del servidor. Esta pantalla cambia sola cuando llegue.',
    },
    outdated: {
      title: 'Esta estación no está al día',
      text: 'Lleva demasiado tiempo sin llegar al servidor y aquí no se pueden comprobar las llaves.',
    },
    journal: {
      title: 'Esta estación no puede llevar su registro',
      text: 'Sin el registro no se puede abrir nada aquí. El trabajo en pausa se conserva.',
    },
    unsealed: {
      title: 'Esta estación no puede proteger su registro',
      text: 'Su sistema no ofrece un lugar seguro para la clave del registro y no se puede abrir nada aquí.',
    },
    fault: {
      title: 'Esta estación se detuvo por seguridad',
      text: 'Ocurrió algo inesperado. Se ha bloqueado y vuelve a empezar.',
    },
    elsewhere: 'Use otra estación.',
  },
  bar: {
    label: 'Sesión',
    apps: 'Aplicaciones',
    more: 'Más',
    locksIn: 'Se bloquea en',
    switchUser: 'Cambiar',
    signOut: 'Salir',
    lock: 'Bloquear',
  },
  idle: {
    title: '¿Sigue ahí, {{name}}?',
    seconds_one: 'segundo para que se cierre la cortina.',
    seconds_other: 'segundos para que se cierre la cortina.',
    safe: 'Su nota queda como está.',
    here: 'Estoy aquí',
    anyKey: 'También vale cualquier tecla, clic o toque.',
    lockNow: 'Bloquear ahora',
    spoken_one: '{{count}} segundo',
    spoken_other: '{{count}} segundos',
  },
  sheet: {
    title: 'Hay una llave',
    titleOwn: 'Esta es su llave, {{name}}',
    titleOther: 'Esta es la llave de {{name}}',
    own: 'No ha cambiado nada. Puede sacarla o dejarla puesta.',
    other: 'Cambie de persona: el trabajo de {{name}} sigue abierto y oculto, tal como está.',
    maybeOwn: '¿Es la suya, {{name}}? Siga: no ha cambiado nada.',
    maybeOther:
      '¿Es de otra persona? Cambie: el trabajo de {{name}} sigue abierto y oculto, tal como está.',
    stay: 'Seguir',
    lock: 'Bloquear',
    switchUser: 'Cambiar de persona',
  },
  helpPanel: {
    topics: 'Qué ocurre',
    again: {
      question: '¿Sigue sin funcionar?',
      call: 'Use su llave de repuesto o llame a Informática:',
      through: 'Use su llave de repuesto o pida al responsable que avise a Informática.',
      button: 'Probar otra vez',
    },
    call: {
      question: 'Informática pone el PIN con usted.',
      call: 'Llame al',
      through: 'Pida al responsable que los avise.',
      button: 'Listo',
    },
    report: {
      question: 'Comuníquelo ya.',
      call: 'Después llame a Informática:',
      through: 'Después pida al responsable que avise a Informática.',
      button: 'Comunicarlo',
    },
    nothing: {
      name: 'No pasa nada',
      title: 'No pasa nada al acercarla',
      steps: {
        first: { title: 'Métala del todo', text: 'Los contactos dorados van primero.' },
        second: { title: 'Use el otro puerto', text: 'Sirve el de al lado.' },
        third: { title: 'Pulse Empezar', text: 'Aparece cuando la llave responde.' },
      },
    },
    mismatch: {
      name: 'El PIN no coincide',
      title: 'El PIN no coincide',
      steps: {
        first: { title: 'Vaya despacio', text: 'Cuente los puntos al escribir.' },
        second: { title: '¿Es su llave?', text: 'Se parecen. El PIN es de la llave.' },
        third: {
          title: 'Vuelva a ponerla',
          text: 'Tras tres intentos, sáquela y vuelva a ponerla.',
        },
      },
    },
    blocked: {
      name: 'El PIN está bloqueado',
      title: 'El PIN está bloqueado',
      steps: {
        first: {
          title: 'Vuelva a ponerla',
          text: 'Saque la llave, vuelva a ponerla y pruebe una vez más.',
        },
        second: {
          title: 'Use la de repuesto',
          text: 'Tiene su propio PIN y abre el mismo trabajo.',
        },
        third: { title: 'Llame a Informática', text: 'La llave se prepara de nuevo con usted.' },
      },
    },
    noPin: {
      name: 'Aún no tengo PIN',
      title: 'Su llave aún no tiene PIN',
      steps: {
        first: { title: 'Llame a Informática', text: 'El PIN se pone junto con usted.' },
        second: { title: 'Elija seis cifras', text: 'Ni un cumpleaños, ni 123456.' },
        third: { title: 'Es solo suyo', text: 'Nadie más debe saberlo, tampoco Informática.' },
      },
    },
    notMine: {
      name: 'Es de otra persona',
      title: 'La llave es de otra persona',
      steps: {
        first: { title: 'Sáquela', text: 'Su trabajo en pausa queda como está.' },
        second: { title: 'Use la suya', text: 'Entre siempre con su nombre.' },
        third: { title: 'Devuélvala', text: '¿No encuentra a nadie? Llame a Informática.' },
      },
    },
    lost: {
      name: 'La he perdido',
      title: 'Ha perdido su llave',
      steps: {
        first: {
          title: 'Comuníquelo aquí',
          text: 'Basta su nombre. Queda registrado al momento.',
        },
        second: { title: 'Llame a Informática', text: 'La desactivan en todas partes.' },
        third: { title: 'Use la de repuesto', text: 'Abre el mismo trabajo.' },
      },
    },
  },
  keys: { title: 'Teclado', space: 'Espacio', hyphen: 'Guion', apostrophe: 'Apóstrofo' },
  lost: {
    who: '¿De quién es la llave perdida?',
    whoText: 'Estas personas tienen trabajo en pausa aquí.',
    other: 'Otro nombre',
    name: 'Su nombre, por favor',
    nameText: 'Como en su tarjeta. Informática verá que esta llave se ha perdido.',
    bothNames: 'Nombre y apellidos, por favor.',
    givenName: 'Nombre',
    familyName: 'Apellidos',
    report: 'Comunicarlo',
    answer: {
      reported: {
        title: 'Su aviso queda registrado',
        text: 'Su llave aún no está desactivada: Informática lo hace cuando usted se lo haya dicho.',
      },
      'not-recorded': {
        title: 'Avise usted a Informática',
        text: 'Esta estación no pudo anotar su aviso, así que nadie lo sabe todavía.',
      },
      'too-many': {
        title: 'Avise usted a Informática',
        text: 'Esta estación ha recibido varios avisos y no admite más durante diez minutos.',
      },
    },
    call: 'Llame ya a Informática:',
    callThrough: 'Pida al responsable que avise ya a Informática.',
    untilThen: 'Hasta entonces nadie puede usarla sin su PIN.',
    spare: 'Su llave de repuesto funciona y abre el mismo trabajo.',
    found: '¿La ha encontrado? Dígalo a Informática antes de usarla.',
    done: 'Listo',
  },
};

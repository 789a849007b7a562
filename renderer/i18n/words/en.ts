/**
 * Every word a station page says. The tone: what to do, then why, then what is safe; no blame, no
 * codes. `_one`, `_other` and `_many` are the plural forms of CLDR; `_zero` is i18next's own.
 */
export const words = {
  /** This language as it calls itself, and how it writes times and dates: 24 hours, day before month. */
  language: { name: 'English', locale: 'en-GB' },
  link: {
    connecting: 'Connecting',
    connected: 'Connected',
    offlineSince: 'Offline since {{time}}',
    offlineDays_one: 'Offline for {{count}} day',
    offlineDays_other: 'Offline for {{count}} days',
    offline: 'Offline',
  },
  marks: {
    simulated: 'Simulated keys',
    unsealed: 'Log not sealed',
    ledgerRefused: 'Server log in doubt',
    logDisputed: 'Station log in doubt',
    title: 'About this station',
  },
  offline: {
    keepWorking: 'You can keep working.',
    records_zero: 'Every record has reached the server.',
    records_one: '{{count}} record waits here safely.',
    records_other: '{{count}} records wait here safely.',
    staffList: 'Keys are checked against the staff list of {{when}}.',
    today: '{{time}} today',
    earlier: '{{date}}, {{time}}',
  },
  disputed:
    'The server has questions about this station’s log. Every record is kept here. Tell IT: an administrator must look.',
  parked: {
    title: 'Parked here',
    someone: 'Someone',
    more: '{{count}} more',
    since: 'since {{since}}',
    times: 'since {{since}}, kept until {{until}}',
  },
  help: 'My key isn’t working',
  itHelp: 'IT help:',
  back: 'Back',
  cancel: 'Cancel',
  start: 'Start',
  waiting: {
    title: 'Tap your key',
    text: 'or plug it in',
    againText: 'Tap your key, or plug it in.',
    keyTitle: 'Key found',
    keyText: 'Press Start, then enter your PIN.',
  },
  reading: { title: 'Reading your key', text: 'Leave it in. This takes a moment.' },
  pin: {
    title: 'Enter your PIN',
    again: 'Try that PIN again',
    found: 'Key found.',
    foundOf: 'This is the key of {{name}}',
    noMatch: 'It did not match your key.',
    short_one: 'Your PIN has at least {{count}} digit.',
    short_other: 'Your PIN has at least {{count}} digits.',
    digitsOnly: 'Digits only here. A PIN with letters: ask IT for a new one.',
    typed_zero: 'No digits typed',
    typed_one: '{{count}} digit typed',
    typed_other: '{{count}} digits typed',
    pad: 'PIN pad',
    erase: 'Erase',
    open: 'Open',
    beforeReinsert_one: '{{count}} try left before you must re-insert the key.',
    beforeReinsert_other: '{{count}} tries left before you must re-insert the key.',
    inAll_one: '{{count}} try in all, then it locks.',
    inAll_other: '{{count}} tries in all, then it locks.',
    beforeLock_one: '{{count}} try left, then this key locks.',
    beforeLock_other: '{{count}} tries left, then this key locks.',
    notSure: 'Not sure? Cancel, and use your spare key.',
    used: '{{used}} of 3 tries used',
  },
  choosing: {
    title: 'Touch the key to use',
    text: 'More than one is in. The one you touch first gets your PIN.',
  },
  checking: { title: 'Checking your PIN', text: 'Leave your key in.' },
  tap: {
    title: 'Touch your key, {{name}}',
    text: 'No PIN this time: it was entered a short while ago.',
  },
  touch: { title: 'Touch your key', text: 'Press the gold circle until it stops blinking.' },
  opening: { title: 'Opening', text: 'Your screen is on its way.' },
  notice: {
    'pin-mismatch': {
      title: 'Try that PIN again',
      text: 'It did not match your key. Begin again when you are ready.',
    },
    'pin-blocked': {
      title: 'Take your key out',
      text: 'The PIN did not match three times. Put the key back in, then try again.',
    },
    'pin-locked': {
      title: 'Use your spare key',
      text: 'This one has no tries left and is locked. IT can set it up again.',
    },
    'pin-not-set': {
      title: 'This key has no PIN yet',
      text: 'Use another key of yours, or ask IT to set a PIN with you.',
    },
    'pin-too-short': {
      title: 'Type your whole PIN',
      text: 'The key wants more digits than it got. Begin again when you are ready.',
    },
    'pin-must-change': {
      title: 'Your PIN needs changing',
      text: 'Ask IT to set a new one with you. Until then, your spare key works.',
    },
    'no-credential': {
      title: 'Use your work key',
      text: 'This key is not set up for this practice. IT can add it.',
    },
    'several-credentials': {
      title: 'Use another key',
      text: 'This one is set up for more than one person. IT can put it right.',
    },
    'u2f-only': {
      title: 'Use a newer key',
      text: 'This one cannot hold a PIN. IT has one for you.',
    },
    'not-genuine': {
      title: 'Do not use this key',
      text: 'It says it belongs to someone here, and cannot prove it. Your PIN did not reach it. Give it to IT.',
    },
    'already-enrolled': {
      title: 'This key is set up already',
      text: 'It holds an entry for this person, so nothing was changed.',
    },
    'key-full': {
      title: 'This key is full',
      text: 'It has no room for one more entry, so nothing was changed. Take another one.',
    },
    'unsupported-algorithm': {
      title: 'Use a newer key',
      text: 'This one cannot sign in the way this practice needs. IT has one for you.',
    },
    'touch-timeout': {
      title: 'Begin again, then touch',
      text: 'The gold circle was not pressed in time. Press it when it blinks.',
    },
    removed: {
      title: 'Put your key back in',
      text: 'It came out too soon. Leave it in until your screen opens.',
    },
    'no-permission': {
      title: 'Use another station',
      text: 'This one is not allowed to read keys. Your key is fine. Please tell IT.',
    },
    busy: {
      title: 'Put your key in again',
      text: 'Another program was using it. Take it out, wait a moment, put it back.',
    },
    unreadable: {
      title: 'Put your key in again',
      text: 'It could not be read. Take it out, and push it in fully.',
    },
    cancelled: {
      title: 'Tap your key',
      text: 'It was stopped, so nothing was opened. Begin again when you are ready.',
    },
    'unknown-key': {
      title: 'Use your work key',
      text: 'This key is not on the staff list of this station. IT can add it.',
    },
    'member-inactive': {
      title: 'Please call IT',
      text: 'The owner of this key is not active on the staff list, so nothing was opened.',
    },
    'not-verified': {
      title: 'Try your key again',
      text: 'It could not be confirmed, so nothing was opened. If this stays, call IT.',
    },
    'not-recorded': {
      title: 'Try again',
      text: 'The access could not be written down, so nothing was opened. If this stays, use another station.',
    },
    'timed-out': {
      title: 'Begin again',
      text: 'It took too long, so the station stopped waiting. Nothing is lost.',
    },
    'key-process-crashed': {
      title: 'Try your key again',
      text: 'The key reader stopped and starts again. Nothing is lost. If this stays, use another station.',
    },
  },
  stop: {
    starting: { title: 'Starting', text: 'This station is getting ready. It takes a few seconds.' },
    pending: {
      title: 'This station waits for approval',
      text: 'An administrator has to approve it. It then opens by itself.',
    },
    revoked: {
      title: 'This station has been taken out of use',
      text: 'Its server takes nothing from it any more. IT has to pair it again.',
    },
    'no-directory': {
      title: 'Waiting for the staff list',
      text: 'It comes from the server. This screen changes by itself when it is here.',
    },
    outdated: {
      title: 'This station is out of date',
      text: 'It has not reached the server for too long, so keys cannot be checked here.',
    },
    outdatedDays_one:
      'It has not reached the server for {{count}} day, so keys cannot be checked here.',
    outdatedDays_other:
      'It has not reached the server for {{count}} days, so keys cannot be checked here.',
    journal: {
      title: 'This station cannot keep its log',
      text: 'Without the log nothing may be opened or closed here. IT must look at its disk, which may be full.',
    },
    unsealed: {
      title: 'This station cannot protect its log',
      text: 'Its system has no safe place for the log’s key, or does not open it, so nothing may be opened here.',
    },
    fault: {
      title: 'This station cannot start',
      text: 'Something it needs cannot be read or kept, and waiting will not mend it. IT must look at it.',
    },
    closing: { title: 'Closing', text: 'This station is being closed. It takes a few seconds.' },
    parkedKept: 'Parked work is kept.',
    elsewhere: 'Use another station.',
  },
  bar: {
    apps: 'Apps',
    more: 'More',
    closePopup: 'Close window',
    locksIn: 'Locks in',
    switchUser: 'Switch',
    signOut: 'Sign out',
    lock: 'Lock',
    keys: 'F6 brings the keyboard here and back to the app. Ctrl+F6 locks.',
    close: 'Close…',
    heard: 'OK',
    closeTitle: 'Close Wardlock on this station?',
    closeText: 'Every session here ends. Nobody can sign in until it is started again.',
    closeYes: 'Close it',
  },
  told: {
    printing: 'Printing…',
    printed: 'Sent to the printer.',
    'not-printed': 'Not printed. Try once more; if it stays so, tell IT.',
    'print-again': 'Not printed: too many pages at once. Try again in a moment.',
    'print-whole': 'Not printed: only a whole page can be printed here, not a part of it.',
    print: 'Not printed: this app cannot print here.',
    download: 'Not saved: files cannot be saved here.',
    window: 'Not opened: this app cannot open that window here.',
    link: 'Not opened: this link leads out of the app.',
    'file-chooser': 'No file was taken: files cannot be added here.',
    stopped:
      'This app does not answer. Touching its tab starts it again, without what was not saved.',
  },
  noApps: {
    title: 'No apps are set up for this station',
    text: 'Tell IT.',
  },
  idle: {
    title: 'Still there, {{name}}?',
    seconds_one: 'second until the curtain closes.',
    seconds_other: 'seconds until the curtain closes.',
    safe: 'Your work stays as it is.',
    here: 'I’m here',
    anyKey: 'Any key of the keyboard, a click or a touch works too.',
    lockNow: 'Lock now',
    spoken_one: '{{count}} second',
    spoken_other: '{{count}} seconds',
  },
  sheet: {
    title: 'A key is here',
    titleOwn: 'This is your key, {{name}}',
    titleOther: 'This is the key of {{name}}',
    own: 'Nothing has changed. You can take it out or leave it in.',
    other: 'Switch user: {{name}}’s work stays open and out of sight, as it is.',
    maybeOwn: 'Yours, {{name}}? Stay: nothing has changed.',
    maybeOther:
      'Someone else’s? Switch user: {{name}}’s work stays open and out of sight, as it is.',
    ends: 'Switching ends {{name}}’s session.',
    maybeEnds: 'Someone else’s? Switching ends {{name}}’s session.',
    noPin: 'No PIN is asked for here. Choose first.',
    stay: 'Stay',
    lock: 'Lock',
    switchUser: 'Switch user',
  },
  helpPanel: {
    topics: 'What happens',
    again: {
      question: 'Still stuck?',
      call: 'Use your spare key, or call IT:',
      through: 'Use your spare key, or ask the person in charge here to reach IT.',
      button: 'Try again',
    },
    call: {
      question: 'IT sets the PIN with you.',
      call: 'Call',
      through: 'Ask the person in charge here to reach them.',
      button: 'Done',
    },
    report: {
      question: 'Report it now.',
      call: 'Then call IT:',
      through: 'Then ask the person in charge here to reach IT.',
      button: 'Report it',
    },
    nothing: {
      name: 'Nothing happens',
      title: 'Nothing happens when you tap',
      steps: {
        first: { title: 'Push it in fully', text: 'Gold contacts go in first.' },
        second: { title: 'Try the other port', text: 'The one beside it will do.' },
        third: { title: 'Press Start', text: 'It shows when the key is seen.' },
      },
    },
    mismatch: {
      name: 'PIN did not match',
      title: 'The PIN did not match',
      steps: {
        first: { title: 'Go slowly', text: 'Count the dots as you type.' },
        second: { title: 'Is it your key?', text: 'Keys look alike. The PIN belongs to the key.' },
        third: { title: 'Re-insert', text: 'After three tries, take it out and put it back.' },
      },
    },
    blocked: {
      name: 'PIN is blocked',
      title: 'The PIN is blocked',
      steps: {
        first: { title: 'Re-insert', text: 'Take the key out, put it back, and try once more.' },
        second: { title: 'Use your spare', text: 'It has its own PIN, and opens the same work.' },
        third: { title: 'Call IT', text: 'A locked key is set up again with you.' },
      },
    },
    noPin: {
      name: 'I need a PIN',
      title: 'Your key needs a PIN',
      steps: {
        first: { title: 'Call IT', text: 'The PIN is set together with you.' },
        second: { title: 'Choose six digits', text: 'Not a birthday, not 123456.' },
        third: { title: 'Tell nobody', text: 'Only you should know it. IT never needs it.' },
      },
    },
    notMine: {
      name: 'It is someone else’s',
      title: 'The key is someone else’s',
      steps: {
        first: { title: 'Take it out', text: 'Their parked work stays as it is.' },
        second: { title: 'Use your own', text: 'You sign in as yourself, always.' },
        third: { title: 'Hand it back', text: 'Nobody to be found? Call IT.' },
      },
    },
    lost: {
      name: 'I lost it',
      title: 'You lost your key',
      steps: {
        first: { title: 'Report it here', text: 'Your name is enough. It goes on record at once.' },
        second: { title: 'Call IT', text: 'They switch the lost key off everywhere.' },
        third: { title: 'Use your spare', text: 'It opens the same work.' },
      },
    },
  },
  keys: { title: 'Keyboard', space: 'Space', hyphen: 'Hyphen', apostrophe: 'Apostrophe' },
  lost: {
    who: 'Whose key is lost?',
    whoText: 'These people have work parked here.',
    other: 'Another name',
    name: 'Your name, please',
    nameText: 'As it is on your badge. Then call IT.',
    bothNames: 'Both names, please.',
    givenName: 'First name',
    familyName: 'Last name',
    report: 'Report it',
    answer: {
      reported: {
        title: 'Your report is on record',
        text: 'Your key is not switched off yet: IT does that when they have heard it from you.',
      },
      'not-recorded': {
        title: 'Please tell IT yourself',
        text: 'This station could not write your report down, so nobody knows of it yet.',
      },
      'too-many': {
        title: 'Please tell IT yourself',
        text: 'This station has taken several reports just now, and takes no more for ten minutes.',
      },
    },
    call: 'Call IT now:',
    callThrough: 'Ask the person in charge here to reach IT now.',
    untilThen: 'Until then nobody can use it without your PIN.',
    spare: 'Your spare key works, and opens the same work.',
    found: 'Found it again? Tell IT before you use it.',
    done: 'Done',
  },
  setup: {
    title: 'Pair this station',
    text: 'Type the pairing code that {{server}} printed. On a keyboard you can also paste it.',
    code: 'Pairing code',
    pair: 'Pair',
    asking: 'Asking {{server}}…',
    missing_one: '{{count}} more character, please: a code has 32.',
    missing_other: '{{count}} more characters, please: a code has 32.',
    problem: {
      'pairing-code-malformed': {
        title: 'Check the code',
        text: 'It is not one that a server prints. Copy it again.',
      },
      'pairing-code-unknown': {
        title: 'Check the code',
        text: '{{server}} does not know the code it was given. Compare it with the printed one, or make a new one there and type it here.',
      },
      'pairing-code-expired': {
        title: 'This code has expired',
        text: 'Make a new one at {{server}}, and type it here.',
      },
      'pairing-code-used': {
        title: 'This code is used up',
        text: 'It has paired as many stations as it was made for. Make a new one at {{server}}.',
      },
      'server-key-mismatch': {
        title: 'Another server answered',
        text: 'The code was not made by {{server}}. Check serverUrl in the configuration, or the code.',
      },
      'slow-down': {
        title: 'Wait a moment',
        text: '{{server}} had too many tries from here. The station tries again by itself.',
      },
      unreachable: {
        title: 'The server cannot be reached',
        text: 'Test the connection below. The station tries again by itself, or type another code.',
      },
      refused: {
        title: 'The server did not take it',
        text: 'The log of {{server}} says why. Then try again.',
      },
    },
  },
  checks: {
    open: 'Test the connection',
    title: 'Connection test',
    again: 'Test again',
    running: 'Looking at each part. This takes a few seconds.',
    wanting_zero: 'Everything works.',
    wanting_one: '{{count}} thing needs attention.',
    wanting_other: '{{count}} things need attention.',
    later_one: 'What can be looked at now works. {{count}} thing can be seen later.',
    later_other: 'What can be looked at now works. {{count}} things can be seen later.',
    looking: 'Looking…',
    name: {
      name: 'Server’s name',
      connection: 'Connection',
      server: 'Server',
      clock: 'Clock',
      station: 'This station',
      directory: 'Staff list',
      keys: 'Key reader',
      idle: 'Idle clock',
    },
    finding: {
      'name-found': 'Found at {{value}}.',
      'name-local': 'An address, so no name is needed: {{value}}.',
      'tls-good': 'Encrypted, and the certificate is trusted ({{value}}).',
      'connection-local': 'On this computer itself, so not encrypted.',
      'server-good': 'A Wardlock server answers.',
      'clock-good': 'In step with the server ({{value}}).',
      'station-good': 'The server knows it.',
      'directory-good': 'Here, version {{value}}.',
      'keys-good': 'Works. Keys in: {{value}}.',
      'keys-none': 'Works. Plug a key in and test again to see it.',
      'idle-good': 'Counts, so the station locks by itself.',
      'name-unknown': 'Not found. Check serverUrl, the network cable and DNS.',
      'connection-refused':
        'Nothing listens there. Check the port in serverUrl, and that the server runs.',
      'connection-silent': 'No answer. Check the network and its firewall.',
      'tls-missing': 'What answers there is not encrypted. Check the port in serverUrl.',
      'certificate-untrusted':
        'This computer does not trust its certificate. Install its authority.',
      'certificate-date': 'Its certificate has expired, or this computer’s date is wrong.',
      'certificate-name': 'Its certificate is for another name. Check serverUrl.',
      'server-other': 'Something else answers there, perhaps a proxy. Check serverUrl.',
      'server-failing': 'It answers with an error. Its log says more.',
      'clock-off': 'Differs from the server by {{value}}. Set this computer’s clock.',
      'station-unknown': 'The server does not know it any more. Pair it again.',
      'station-pending': 'Waits for an administrator to approve it at the server.',
      'station-revoked': 'Taken out of use at the server. Pair it again with a new code.',
      'station-refused': 'The server refuses it. Its log says why.',
      'directory-missing': 'Not here yet. The server has none for this group, or it was refused.',
      'keys-crashed': 'Does not start. Start the station again; agent.log says more.',
      'idle-still': 'Does not count, so nobody is locked out by it. Use X11, not Wayland.',
      'after-server': 'Can be seen once the server answers.',
      'after-pairing': 'Can be seen once the station is paired.',
      'after-start': 'Can be seen once the station can start.',
    },
    sealed: {
      name: 'Log’s key',
      good: 'Kept safe by the system.',
      bad: 'Not sealed: the system offers no safe place. Fine for a trial only.',
      missing:
        'Not to be had: the system has no safe place for it, or does not open it. Check its keyring.',
    },
    phone: {
      name: 'IT’s telephone number',
      good: 'Shown on the curtain.',
      bad: 'Missing. Set helpPhone, so that people know whom to call.',
    },
  },
} as const;

/** English has two plural forms; others have more (CLDR), or write an amount of none in words. */
type OtherForms = Partial<Record<`${string}_${'zero' | 'two' | 'few' | 'many'}`, string>>;
type Widened<T> = { [K in keyof T]: T[K] extends string ? string : Widened<T[K]> } & OtherForms;

/** The shape of every language: a missing or an extra word does not compile. */
export type Words = Widened<typeof words>;

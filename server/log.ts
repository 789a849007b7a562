import { type DestinationStream, type Logger, destination, pino } from 'pino';

export type Log = Logger;

/**
 * JSON lines on stderr. Bodies, queries and headers are never passed to it; the paths below are the
 * second fence, should somebody pass a whole object one day.
 */
export function createLog(stream: DestinationStream = destination({ fd: 2, sync: true })): Log {
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'authorization',
          'cookie',
          'secret',
          'token',
          'pin',
          'body',
          '*.authorization',
          '*.cookie',
          '*.secret',
          '*.token',
          '*.pin',
          '*.body',
          '*.headers.authorization',
          '*.headers.cookie',
        ],
        censor: '[hidden]',
      },
    },
    stream,
  );
}

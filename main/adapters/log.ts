import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import electronLog from 'electron-log/node';
import { type LogLevel, logLine } from './log-line.ts';

/** `code` names what happened, the same words each time; `fields` say to what. Never a person, never a secret. */
export type Log = Readonly<
  Record<LogLevel, (code: string, fields?: Readonly<Record<string, unknown>>) => void>
>;

export interface LogOptions {
  readonly folder: string;
  readonly level: LogLevel;
  /** Also on standard output and error. */
  readonly console: boolean;
  readonly maxBytes?: number;
}

const MAX_BYTES = 2 * 1024 * 1024;
/** agent.log, agent.1.log (newest) … agent.4.log. */
const KEPT = 4;

/** One JSON object a line in `agent.log`, rotated by size. Written at once: the last line before a crash counts. */
export function openLog({ folder, level, console, maxBytes = MAX_BYTES }: LogOptions): Log {
  const logger = electronLog.create({ logId: folder });
  const { file } = logger.transports;
  file.resolvePathFn = () => path.join(folder, 'agent.log');
  file.level = level;
  file.maxSize = maxBytes;
  file.format = '{text}';
  file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
  file.archiveLogFn = (current) => rotate(current.path);
  logger.transports.console.level = console ? level : false;
  logger.transports.console.format = '{text}';

  const at =
    (name: LogLevel): Log[LogLevel] =>
    (code, fields = {}) =>
      logger[name](logLine(new Date(), name, code, fields));
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

function rotate(file: string): void {
  const { dir, name, ext } = path.parse(file);
  const numbered = (number: number): string => path.join(dir, `${name}.${number}${ext}`);
  for (let number = KEPT - 1; number >= 1; number--) {
    if (existsSync(numbered(number))) renameSync(numbered(number), numbered(number + 1));
  }
  renameSync(file, numbered(1));
}

import { type DestinationStream, type LoggerOptions, pino } from 'pino';

export type Log = import('pino').Logger;

/** The process's log: JSON lines, to standard output unless told otherwise. Holds ids, never names, tokens or e-mail addresses. */
export const createLog = (level: string, to?: DestinationStream): Log => {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['token', 'authorization', 'password', '*.token', '*.authorization', '*.password'],
      censor: '[redacted]',
    },
  };
  return to ? pino(options, to) : pino(options);
};

import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

const lua = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');

type Arg = string | number;

/** The register's operations on Redis; each is one Lua file whose header lists keys, arguments and reply. */
export type Scripts = {
  openRegister(...keysAndArgs: Arg[]): Promise<[number, string, string]>;
  markRegister(...keysAndArgs: Arg[]): Promise<string[]>;
  changeRoster(...keysAndArgs: Arg[]): Promise<number>;
  readRegister(...keysAndArgs: Arg[]): Promise<RegisterReply | null>;
  dropRegister(...keysAndArgs: Arg[]): Promise<number>;
  rotateEpoch(...keysAndArgs: Arg[]): Promise<number>;
};

/** session (JSON), epoch, version, counters, mode, items, roster, what was kept out, steps of the log. */
export type RegisterReply = [
  string,
  string,
  number,
  string,
  ('delta' | 'snapshot')?,
  string[]?,
  string[]?,
  string[]?,
  string[]?,
];

const SCRIPTS = [
  ['openRegister', 'open', 7],
  ['markRegister', 'mark', 9],
  ['changeRoster', 'roster', 8],
  ['readRegister', 'read', 7],
  ['dropRegister', 'drop', 7],
  ['rotateEpoch', 'rotate', 1],
] as const;

/** Teaches a connection the register's scripts; it sends them by digest and loads them where the server has lost them. */
export const withScripts = (redis: Redis): Redis & Scripts => {
  for (const [command, file, numberOfKeys] of SCRIPTS)
    redis.defineCommand(command, { numberOfKeys, lua: lua(file) });
  return redis as Redis & Scripts;
};

/** The keys of one class, in the order in which the scripts take them; one hash tag, so that they share a slot. */
export const keysOf = (prefix: string, classId: string, instance = '') => {
  const base = `${prefix}{${classId}}`;
  return {
    meta: `${base}:meta`,
    roster: `${base}:roster`,
    rows: `${base}:rows`,
    log: `${base}:log`,
    ops: `${base}:ops`,
    keptOut: `${base}:kept-out`,
    /** What students and devices showed where a teacher's word stands over it. */
    beneath: `${base}:beneath`,
    feed: `${base}:feed`,
    /** Listened to by one instance alone, together with the feed. */
    own: `${base}:feed:${instance}`,
  };
};
export type Keys = ReturnType<typeof keysOf>;

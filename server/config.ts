import { isIP } from 'node:net';
import { z } from 'zod';

const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((word) => ['true', '1', 'yes'].includes(word));
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
/** A day that every year has, `MM-DD`. */
const isDayOfYear = (text: string) => {
  const at = Date.parse(`2001-${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(5, 10) === text;
};
const isAddress = (text: string) => {
  const [address = '', prefix, ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && most > 0 && (prefix === undefined || (/^\d+$/.test(prefix) && +prefix <= most));
};
const seconds = (text: string) => {
  const [, n, unit] = /^(\d+)\s*(s|m|h|d)?$/.exec(text.trim()) ?? [];
  if (n === undefined) return Number.NaN;
  return Number(n) * { s: 1, m: 60, h: 3600, d: 86400 }[(unit ?? 's') as 's' | 'm' | 'h' | 'd'];
};
const duration = z
  .string()
  .transform(seconds)
  .refine((n) => n > 0, 'must be a time such as 900, 15m, 12h or 30d');

/** Every setting, with its meaning. The environment names are the contract's. */
export const Settings = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8000)
    .describe('The port that it listens on; 0 takes a free one.'),
  HOST: z.string().min(1).default('0.0.0.0').describe('The address that it listens on.'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .describe('Where the embedded database and the generated secret live.'),
  MONGO_URL: z
    .string()
    .min(1)
    .optional()
    .describe('MongoDB; when absent the embedded engine runs on DATA_DIR.'),
  REDIS_URL: z
    .string()
    .min(1)
    .optional()
    .describe('Redis 7 or newer; when absent the embedded live register runs.'),
  JWT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Signs the access tokens; at least 32 characters. Outside production it is generated once when absent.',
    ),
  ACCESS_TOKEN_TTL: duration
    .default(900)
    .describe('Life of an access token from /api/v1/auth (900, 15m, 1h …).'),
  REFRESH_TOKEN_TTL: duration.default(30 * 86400).describe('Life of a refresh token.'),
  ADMIN_EMAIL: z
    .email()
    .optional()
    .describe('With ADMIN_PASSWORD: the first admin, created at start when there is none.'),
  ADMIN_PASSWORD: z.string().min(8).optional().describe('See ADMIN_EMAIL.'),
  SIGN_UP: list
    .refine(
      (roles) => roles.every((role) => ['teacher', 'student', 'none'].includes(role)),
      'must be teacher, student, both, or none',
    )
    .default(['teacher', 'student'])
    .describe(
      'Who may make an account without being asked: teacher, student, or none. Any teacher can put the people of the ' +
        'school into a class of their own and so read their names: leave teachers to the office where strangers reach it.',
    ),
  CORS_ORIGINS: list
    .default([])
    .describe(
      'Origins (comma separated, or *) of browser pages that may call from elsewhere; same origin always may.',
    ),
  TRUST_PROXY: z
    .string()
    .default('')
    .describe('Which proxies to believe about client addresses: a hop count, addresses, or empty for none.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((text) => new URL(text).href.replace(/\/$/, ''))
    .optional()
    .describe(
      'Where people reach it: in QR codes, and what passkeys are bound to. When absent http://localhost:PORT: then the ' +
        'board makes its QR codes for the address at which it was opened, and passkeys work on this machine only.',
    ),
  TIME_ZONE: z
    .string()
    .refine((zone) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: zone });
        return true;
      } catch {
        return false;
      }
    }, 'must be an IANA time zone name')
    .default('UTC')
    .describe('The zone of calendar days and of device clocks without an offset.'),
  SEMESTERS: list
    .refine((starts) => starts.length > 0 && starts.every(isDayOfYear), 'must be days such as 02-15')
    .default(['01-01', '07-01'])
    .describe('The days (MM-DD) on which semesters begin.'),
  DEVICE_IPS: list
    .refine((items) => items.every(isAddress), 'must be addresses or networks such as 10.0.5.0/24')
    .default([])
    .describe(
      'From where terminals may push to /iclock: addresses and networks, comma separated; empty for anywhere.',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged.'),
  NODE_ENV: z
    .enum(['production', 'development', 'test'])
    .default('development')
    .describe('In production a missing or weak JWT_SECRET is refused.'),
  SESSION_MAX_MINUTES: z.coerce
    .number()
    .positive()
    .max(1440)
    .default(180)
    .describe('The longest that a session may stay open.'),
  WS_QUERY_TOKEN: flag
    .default(true)
    .describe('Whether /ws takes ?token=; off leaves single-use tickets only.'),
  SOCKET_POLLING: flag
    .default(false)
    .describe('Whether Socket.IO may use HTTP long polling; needs sticky sessions with several processes.'),
  LIMIT_SCALE: z.coerce
    .number()
    .positive()
    .default(1)
    .describe('Multiplies every rate limit; for load tests.'),
});
export type Config = z.output<typeof Settings>;

const WEAK = new Set(['secret', 'changeme', 'change-me', 'jwt_secret', 'your-secret-key', 'password']);

/**
 * Reads the configuration; the only reader of process.env.
 * Returns every problem at once, one line each, naming the variable.
 */
export const readConfig = (
  env: Record<string, string | undefined>,
): { config: Config } | { problems: string[] } => {
  const present = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name in Settings.shape && value !== ''),
  );
  const parsed = Settings.safeParse(present);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (parsed.success) {
    const { NODE_ENV, JWT_SECRET, ADMIN_EMAIL, ADMIN_PASSWORD } = parsed.data;
    if (NODE_ENV === 'production' && JWT_SECRET === undefined)
      problems.push('JWT_SECRET: must be set in production');
    if (JWT_SECRET !== undefined && (JWT_SECRET.length < 32 || WEAK.has(JWT_SECRET.toLowerCase())))
      problems.push('JWT_SECRET: must be at least 32 characters and not a well-known word');
    if ((ADMIN_EMAIL === undefined) !== (ADMIN_PASSWORD === undefined))
      problems.push('ADMIN_EMAIL, ADMIN_PASSWORD: give both or neither');
  }
  return parsed.success && problems.length === 0 ? { config: parsed.data } : { problems };
};

import type { Request } from 'express';
import { Fault, type FaultCode } from '../../shared/faults.ts';
import type { Role } from '../../shared/status.ts';
import type { Who } from '../domain/who.ts';
import type { Declaration } from './route.ts';

/** Turns a token, or a device's key, into the one it speaks for, or throws UNAUTHORIZED. */
export type Authenticate = (token: string) => Promise<Who>;

/** The token of a request: `Authorization: Bearer <t>` or, as the first system's clients send it, `Authorization: <t>`. */
export const tokenOf = (header: string | undefined): string => {
  const [, token = ''] = /^(?:bearer\s+)?(\S+)$/i.exec(header?.trim() ?? '') ?? [];
  if (token === '') throw new Fault('UNAUTHORIZED');
  return token;
};

/** What someone of the wrong role is told. */
export const refusalOf = ({ roles, refusal }: Pick<Declaration, 'roles' | 'refusal'>): FaultCode => {
  if (refusal !== undefined) return refusal;
  if (roles === 'public') return 'FORBIDDEN';
  const may = (role: Role) => roles.includes(role);
  if (may('device') && roles.length === 1) return 'DEVICE_ACCESS_REQUIRED';
  if (may('teacher') && !may('student')) return 'TEACHER_ACCESS_REQUIRED';
  if (may('student') && !may('teacher')) return 'STUDENT_ACCESS_REQUIRED';
  return may('admin') && roles.length === 1 ? 'ADMIN_ACCESS_REQUIRED' : 'FORBIDDEN';
};

const nobody: Authenticate = async () => {
  throw new Fault('UNAUTHORIZED');
};

/** Who is calling, if they may: 401 comes first, then the role's 403. */
export const admit = async (
  declaration: Declaration,
  request: Request,
  authenticate: Authenticate,
  authenticateDevice: Authenticate = nobody,
): Promise<Who | undefined> => {
  if (declaration.roles === 'public') return undefined;
  const key = request.get('x-device-key');
  const token = request.get('authorization');
  const byKey = key !== undefined && (token === undefined || declaration.roles.includes('device'));
  const who = await (byKey ? authenticateDevice(key) : authenticate(tokenOf(token)));
  if (!declaration.roles.includes(who.role)) throw new Fault(refusalOf(declaration));
  return who;
};

import { randomBytes } from 'node:crypto';
import { Fault } from '../../../shared/faults.ts';
import type { Method, SessionOptions } from '../../../shared/protocol/index.ts';
import type { NewSession } from '../../data/sessions.ts';
import type { Methods } from './method.ts';

const refuse = (path: string, message: string) =>
  new Fault('INVALID_REQUEST', { details: [{ path, message }] });

/**
 * What a session that begins keeps of what its opener asked for: its methods (`teacher` unless asked for, and `device`
 * where it names one, CI7), what makes one present, a secret of its own, and what each method needs. INVALID_REQUEST for a combination that nobody could meet.
 */
export const createKeep =
  (methods: Methods) =>
  (
    options: SessionOptions,
    times: { readonly openedAt: string; readonly closesAt: string },
  ): Pick<NewSession, 'methods' | 'checkIn'> => {
    const { require = 'any', deviceId, methods: asked = ['teacher'] } = options;
    const taken: Method[] = [...new Set<Method>(deviceId === undefined ? asked : [...asked, 'device'])];
    if (require !== 'any') {
      const foreign = require.filter((method) => !taken.includes(method));
      if (foreign.length > 0) throw refuse('require', `not among the methods: ${foreign.join(', ')}`);
      const idle = taken.filter((method) => method !== 'teacher' && !require.includes(method));
      if (idle.length > 0) throw refuse('methods', `not needed for anything: ${idle.join(', ')}`);
    }
    if (taken.every((method) => method === 'teacher')) return { methods: taken };
    const kept = Object.values(methods)
      .filter(({ name }) => taken.includes(name))
      .map(({ keep }) => keep?.(options, times) ?? {});
    const nonce = randomBytes(16).toString('base64url');
    const needed = require === 'any' ? require : [...new Set(require)];
    return { methods: taken, checkIn: Object.assign({ require: needed, nonce }, ...kept) };
  };

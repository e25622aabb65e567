import { stepAt, stepEnd } from '../../domain/presence.ts';
import type { CheckInMethod, Taking } from './method.ts';
import type { Rotating } from './rotating.ts';

/** Seconds of a window unless the session says otherwise. */
const STEP_SECONDS = 300;
/** Fits into one advertisement. */
const TOKEN_BYTES = 12;

type Deps = {
  readonly rotating: Rotating;
  /** Told of every window whose token is handed out. */
  readonly offered: (session: Taking, step: number) => Promise<void>;
};

type BleNow = { tokenValue: string; createdAt: string; expiresAt: string; stepSeconds: number };

/** How long a window of a session lasts, in ms. */
export const windowMs = ({ checkIn }: Taking): number => (checkIn.bleStepSeconds ?? STEP_SECONDS) * 1000;

/** A token that the teacher's device advertises, another one in each window; who is near collects them (CI3, CI8). */
export const createBleMethod = ({ rotating, offered }: Deps): CheckInMethod<'ble', BleNow> => {
  const tokenOf = (session: Taking) => (step: number) =>
    rotating.bytes(session, 'ble', step, TOKEN_BYTES).toString('base64url');

  return {
    name: 'ble',
    keep: ({ bleStepSeconds = STEP_SECONDS }) => ({ bleStepSeconds }),

    async show(session, now) {
      const [openedAt, stepMs] = [Date.parse(session.openedAt), windowMs(session)];
      const step = stepAt(openedAt, stepMs, now);
      await offered(session, step);
      return {
        tokenValue: tokenOf(session)(step),
        createdAt: new Date(stepEnd(openedAt, stepMs, step - 1)).toISOString(),
        expiresAt: new Date(stepEnd(openedAt, stepMs, step)).toISOString(),
        stepSeconds: stepMs / 1000,
      };
    },

    async verify(proof, { session, now }) {
      const given = typeof proof === 'string' ? proof : proof.tokenValue;
      const window = rotating.stepOf(session, {
        stepMs: windowMs(session),
        now,
        given,
        tokenOf: tokenOf(session),
      });
      return { at: new Date(now).toISOString(), window };
    },
  };
};

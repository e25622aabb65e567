import { z } from 'zod';
import { ClassId, SessionId } from '../ids.ts';

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]*$/, 'must be base64url');

/** One of a student's own passkeys; nothing of the key itself. */
export const PasskeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: z.string(),
    usedAt: z.string().optional(),
    /** True when its maker keeps copies on other devices of the student. */
    backedUp: z.boolean(),
  })
  .meta({ id: 'Passkey' });
export type PasskeyView = z.infer<typeof PasskeyView>;
export const PasskeyList = z.object({ items: z.array(PasskeyView) });
export const PasskeyPath = z.strictObject({ id: z.string().regex(/^[0-9a-f]{24}$/) });
export const PasskeyGone = z.object({ id: z.string() });

/** WebAuthn's options for `navigator.credentials`, as JSON. */
export const WebAuthnOptions = z.looseObject({ challenge: z.string() }).meta({ id: 'WebAuthnOptions' });

/** What an authenticator answers a registration with: `RegistrationResponseJSON` of WebAuthn. */
export const RegistrationAnswer = z.object({
  id: base64url(1024).min(1),
  rawId: base64url(1024).min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  response: z.object({
    clientDataJSON: base64url(16_384),
    attestationObject: base64url(65_536),
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
});
export type RegistrationAnswer = z.infer<typeof RegistrationAnswer>;
/** What its owner calls it. */
const PasskeyName = z.string().trim().min(1).max(100);
export const NewPasskey = z.strictObject({
  response: RegistrationAnswer,
  name: PasskeyName.default('Passkey'),
});
export const PasskeyPatch = z.strictObject({ name: PasskeyName });

/** For which session a passkey will be used; neither: the only live one. */
export const PasskeyFor = z.strictObject({ classId: ClassId.optional(), sessionId: SessionId.optional() });

import { z } from 'zod';
import { BleProof, PasskeyAnswer, Room } from '../protocol/index.ts';
import { Status } from '../status.ts';
import { Email, LogIn, NewPassword, PersonName } from './auth.ts';
import { ClassName } from './classes.ts';
import { Day } from './records.ts';

// The fifth system's shapes under /api/v1: snake_case, bare. Session ids are plain text here: one that cannot exist is
// "not found".

/** What that system's apps may send and this one does not look at: it is neither kept nor logged. */
const ignored = z.unknown().optional();

export const ProximitySignUp = z.strictObject({
  email: Email,
  full_name: PersonName,
  password: NewPassword,
  is_teacher: z.boolean().default(false),
  /** A template of a finger or a face. */
  biometric_reference: ignored,
});
export const ProximityUser = z
  .object({ id: z.string(), email: z.string(), full_name: z.string(), is_teacher: z.boolean() })
  .meta({ id: 'ProximityUser' });

/** A log-in as OAuth 2's password form has it; of its other fields none matters here. */
export const ProximityLogIn = z
  .strictObject({
    username: LogIn.shape.email,
    password: LogIn.shape.password,
    grant_type: z.enum(['password', '']).optional(),
    scope: ignored,
    client_id: ignored,
    client_secret: ignored,
  })
  .meta({ id: 'ProximityLogIn' });
export const ProximityToken = z.object({ access_token: z.string(), token_type: z.literal('bearer') });

export const ProximityStart = z.strictObject({
  course_name: ClassName,
  classroom_location: z.union([Room, z.literal('')]).nullish(),
});
export const ProximitySession = z
  .object({
    session_id: z.string(),
    teacher_id: z.string(),
    course_name: z.string(),
    classroom_location: z.string().nullable(),
    start_time: z.string(),
    end_time: z.string().nullable(),
    is_active: z.boolean(),
  })
  .meta({ id: 'ProximitySession' });
export const ProximityPath = z.strictObject({ id: z.string() });
export const ProximityBleToken = z
  .object({ token_value: z.string(), created_at: z.string(), expires_at: z.string() })
  .meta({ id: 'ProximityBleToken' });

const sessionId = z.string().min(1).max(64);
/** What a student's phone heard. The server's clock decides when that was. */
export const ProximitySubmit = z.strictObject({
  session_id: sessionId,
  token_value: BleProof.options[0],
  rssi: z.number().min(-200).max(100).nullish().describe('Not kept.'),
  timestamp: ignored,
  biometric_data: ignored,
});
const standing = {
  status: z.literal('success'),
  token_count: z.int().describe('How many windows count; one token counts once.'),
  final_status: Status.describe('What the record would say if the session ended now.'),
};
export const ProximitySubmitted = z
  .object({ ...standing, message: z.string(), biometric_verified: z.boolean() })
  .meta({ id: 'ProximitySubmitted' });

/** The answer of the student's own authenticator; a template has no effect. */
export const ProximityVerify = z.strictObject({
  session_id: sessionId,
  assertion: PasskeyAnswer.optional().describe(
    'The answer to a challenge of `POST /api/v1/passkeys/check-in-options`; without it the request is refused.',
  ),
  biometric_data: ignored,
});
export const ProximityVerified = z
  .object({ ...standing, verified: z.boolean() })
  .meta({ id: 'ProximityVerified' });

const counted = { present: z.int(), absent: z.int() };
export const ProximityPercentages = z
  .array(
    z.object({
      student_id: z.string(),
      student_name: z.string(),
      attendance_percentage: z.number().nullable(),
    }),
  )
  .meta({ id: 'ProximityPercentages' });
export const ProximityDayQuery = z.strictObject({ date: Day.optional() });
export const ProximityDay = z
  .object({ date: Day, ...counted, classes: z.array(z.object({ course_name: z.string(), ...counted })) })
  .meta({ id: 'ProximityDay' });
export const ProximityTrend = z.array(z.object({ date: Day, ...counted })).meta({ id: 'ProximityTrend' });

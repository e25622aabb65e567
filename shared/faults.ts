/** What is known of one kind of failure: its sentence, its HTTP status, and what the caller may do. */
export type FaultKind = {
  /** The sentence a person reads; existing clients match some of these to the letter (contract.md). */
  readonly text: string;
  /** The HTTP status of a REST answer. */
  readonly http: number;
  /** The WebSocket close code, for failures that end the connection. */
  readonly close?: number;
  /** True when the same request may succeed later, unchanged. */
  readonly retry?: true;
};

/** Every failure that a client can meet, by its machine-readable code. */
export const FAULTS = {
  // Who are you
  UNAUTHORIZED: { text: 'Unauthorized, token missing or invalid', http: 401 },
  SOCKET_UNAUTHORIZED: { text: 'Unauthorized or invalid token', http: 401, close: 4401 },
  INVALID_CREDENTIALS: { text: 'Invalid email or password', http: 401 },
  REFRESH_REUSED: { text: 'Refresh token was used before; log in again', http: 401 },
  ACCOUNT_DISABLED: { text: 'This account is disabled', http: 403 },

  // May you
  FORBIDDEN: { text: 'Forbidden', http: 403, close: 4403 },
  TEACHER_EVENT_ONLY: { text: 'Forbidden, teacher event only', http: 403 },
  STUDENT_EVENT_ONLY: { text: 'Forbidden, student event only', http: 403 },
  DEVICE_EVENT_ONLY: { text: 'Forbidden, device event only', http: 403 },
  TEACHER_ACCESS_REQUIRED: { text: 'Forbidden, teacher access required', http: 403 },
  STUDENT_ACCESS_REQUIRED: { text: 'Forbidden, student access required', http: 403 },
  ADMIN_ACCESS_REQUIRED: { text: 'Forbidden, admin access required', http: 403 },
  DEVICE_ACCESS_REQUIRED: { text: 'Forbidden, device access required', http: 403 },
  DEVICE_NOT_BOUND: { text: 'This device is not bound to a live session', http: 403 },
  NOT_CLASS_TEACHER: { text: 'Forbidden, not class teacher', http: 403, close: 4403 },
  NOT_ENROLLED: { text: 'Forbidden, not enrolled in class', http: 403, close: 4403 },
  NOT_CLASS_OWNER: { text: "Forbidden, only the class's owner may do this", http: 403 },
  SIGN_UP_CLOSED: { text: 'Accounts like this are made by the school; ask for yours', http: 403 },
  ORIGIN_REFUSED: { text: 'This origin is not allowed', http: 403 },

  // Is it there
  USER_NOT_FOUND: { text: 'User not found', http: 404 },
  CLASS_NOT_FOUND: { text: 'Class not found', http: 404, close: 4404 },
  STUDENT_NOT_FOUND: { text: 'Student not found', http: 404 },
  TEACHER_NOT_FOUND: { text: 'Teacher not found', http: 404 },
  DEP_BATCH_NOT_FOUND: { text: 'Department and batch not found', http: 404 },
  SECTION_NOT_FOUND: { text: 'Section not found', http: 404 },
  SESSION_NOT_FOUND: { text: 'Session not found', http: 404 },
  RECORD_NOT_FOUND: { text: 'Attendance record not found', http: 404 },
  ROUTE_NOT_FOUND: { text: 'No such route', http: 404 },
  DEVICE_NOT_FOUND: { text: 'Device not found', http: 404 },
  QUARANTINED_NOT_FOUND: { text: 'No such event in quarantine', http: 404 },
  STUDENT_NOT_ON_ROSTER: { text: "Student is not on this class's roster", http: 404 },

  // Does it make sense
  INVALID_REQUEST: { text: 'Invalid request schema', http: 400 },
  INVALID_MESSAGE: { text: 'Invalid message format', http: 400 },
  UNKNOWN_EVENT: { text: 'Unknown event', http: 400 },
  EMAIL_EXISTS: { text: 'Email already exists', http: 409 },
  CODE_EXISTS: { text: 'This code is taken already', http: 409 },
  DEP_BATCH_EXISTS: { text: 'This department has this batch already', http: 409 },
  SECTION_EXISTS: { text: 'This department and batch has a section of this name already', http: 409 },
  STILL_IN_USE: { text: 'This is still in use and cannot be deleted', http: 409 },
  HAS_LOGIN: { text: 'This person has a log-in already', http: 409 },
  INVITATION_INVALID: { text: 'This invitation is unknown, was used or is over', http: 400 },
  DEVICE_EXISTS: { text: 'A device of this name exists already', http: 409 },
  SERIAL_TAKEN: { text: 'Another device has this serial number', http: 409 },
  WRONG_PASSWORD: { text: 'The current password is wrong', http: 400 },
  BODY_TOO_LARGE: { text: 'Request body is too large', http: 413, close: 1009 },
  FRAME_TOO_LARGE: { text: 'Message is too large', http: 413, close: 1009 },

  // Is it the moment
  NO_ACTIVE_SESSION: { text: 'No active attendance session', http: 409 },
  SESSION_CHANGED: { text: 'That session is over; another one is live in this class', http: 409 },
  SESSION_EXISTS: { text: 'This class has a live session already', http: 409 },
  DEVICE_REVOKED: { text: 'This device was revoked', http: 409 },
  QUARANTINE_RESOLVED: { text: 'This event was resolved already', http: 409 },
  QUARANTINE_FULL: {
    text: 'Too many events of this device wait for review; this one was only counted',
    http: 409,
  },
  DEVICE_BUSY: { text: 'This device is bound to another live session', http: 409 },
  SESSION_ENDED: { text: 'This session is already over', http: 409 },
  SESSION_CLOSING: { text: 'This session is not quite over, try again shortly', http: 409, retry: true },
  CONFLICT: { text: 'Somebody else has changed this; look at it again', http: 409 },
  CLASS_AMBIGUOUS: { text: 'Several live sessions are in reach; name one with classId', http: 400 },
  CLASS_NAME_NEEDED: { text: 'Name the class with classId', http: 400 },
  CLASS_IN_SESSION: { text: 'This class has a live session; finish or cancel it first', http: 409 },

  // Checking in
  INVALID_CODE: { text: 'Invalid or inactive attendance code', http: 404 },
  ALREADY_CHECKED_IN: { text: 'Attendance already submitted', http: 400 },
  CODE_EXPIRED: { text: 'Attendance code has expired', http: 400 },
  CHECK_IN_CLOSED: { text: 'Check-in is closed for this session', http: 409 },
  METHOD_NOT_TAKEN: { text: 'This session does not take this way of checking in', http: 409 },
  TOKEN_INVALID: { text: 'This token is not valid for a live session', http: 400 },
  TOKEN_EXPIRED: { text: 'This token is no longer shown; scan the present one', http: 400 },
  TICKET_INVALID: { text: 'This scan ticket is not valid or is over; scan again', http: 400 },
  TICKET_USED: { text: 'This scan ticket was used by somebody else; scan again', http: 409 },
  PASSKEY_NEEDED: { text: 'Register a passkey first', http: 409 },
  PASSKEY_NOT_FOUND: { text: 'Passkey not found', http: 404 },
  PASSKEY_REFUSED: { text: 'The passkey could not be verified', http: 403 },
  PASSKEY_EXISTS: { text: 'This passkey is registered already', http: 409 },
  CHALLENGE_OVER: { text: 'This challenge is unknown, used or over; ask for a new one', http: 400 },

  // Can we now
  RATE_LIMITED: { text: 'Too many requests, slow down', http: 429, retry: true },
  BUSY: { text: 'The server is busy, try again shortly', http: 503, retry: true },
  REGISTER_UNAVAILABLE: {
    text: 'The live register is unavailable, try again shortly',
    http: 503,
    retry: true,
  },
  STORE_UNAVAILABLE: { text: 'The database is unavailable, try again shortly', http: 503, retry: true },
  DRAINING: { text: 'The server is shutting down, try again shortly', http: 503, close: 1012, retry: true },
  TOO_SLOW: { text: 'This connection reads too slowly', http: 503, close: 1013, retry: true },
  INTERNAL: { text: 'Something went wrong on the server', http: 500 },

  // Only ever seen in the client
  TIMEOUT: { text: 'No answer in time', http: 504, retry: true },
  DISCONNECTED: { text: 'Not connected', http: 503, retry: true },
  OUTBOX_FULL: { text: 'Too many marks wait to be sent; connect before marking on', http: 503 },
  OUTBOX_UNAVAILABLE: { text: 'The mark could not be kept on this device, and was not sent', http: 503 },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;

/** What a failed schema found, one line per problem: where, and what is wrong there. */
export type FaultDetail = { readonly path: string; readonly message: string };

/** Tells whether a text is one of our codes. */
export const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(FAULTS, code);

/** A failure with a code that the caller can act on; anything else that is thrown is a bug of ours. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly details: readonly FaultDetail[] | undefined;
  /** When to try again, in ms, where the server knows. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: FaultCode,
    options: {
      text?: string;
      details?: readonly FaultDetail[];
      retryAfterMs?: number;
      cause?: unknown;
    } = {},
  ) {
    super(options.text ?? FAULTS[code].text, { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The HTTP status, the close code and whether to retry. */
  get kind(): FaultKind {
    return FAULTS[this.code];
  }
}

/** Tells whether something that was thrown is a fault with one of these codes. */
export const isFault = (error: unknown, ...codes: readonly FaultCode[]): error is Fault =>
  error instanceof Fault && codes.includes(error.code);

/** Tells whether a register answered that the session which was meant is not there any more. */
export const isSessionOver = (error: unknown): error is Fault =>
  isFault(error, 'NO_ACTIVE_SESSION', 'SESSION_CHANGED');

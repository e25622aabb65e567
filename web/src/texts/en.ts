import type { Method } from '../../../shared/protocol/index.ts';
import type { Role, Source, Status } from '../../../shared/status.ts';
import { faults } from './faults/en.ts';

const plural = new Intl.PluralRules('en');
const of = (n: number, one: string, other: string) => `${n} ${plural.select(n) === 'one' ? one : other}`;

/** Every text of the app in English; what the other languages must have too. */
export const en = {
  common: {
    product: 'Rollcall',
    loading: 'Loading',
    retry: 'Try again',
    cancel: 'Cancel',
    close: 'Close',
    save: 'Save',
    add: 'Add',
    edit: 'Edit',
    remove: 'Remove',
    delete: 'Delete',
    back: 'Back',
    more: 'More',
    showMore: 'Show more',
    search: 'Search',
    none: 'None',
    optional: 'optional',
    copy: 'Copy',
    copied: 'Copied',
    students: (n: number) => of(n, 'student', 'students'),
    minutes: (n: number) => of(n, 'minute', 'minutes'),
    skipToContent: 'Skip to content',
    menu: 'Menu',
  },
  status: {
    present: 'Present',
    absent: 'Absent',
    late: 'Late',
    partial: 'Partly there',
    excused: 'Excused',
    unmarked: 'Unmarked',
  } satisfies Record<Status | 'unmarked', string>,
  source: {
    teacher: 'Teacher',
    passkey: 'Passkey',
    ble: 'Nearby',
    qr: 'QR code',
    code: 'Code',
    device: 'Device',
    system: 'At the end',
  } satisfies Record<Source, string>,
  method: {
    teacher: 'Teacher marks',
    code: 'Numeric code',
    qr: 'QR code',
    ble: 'Bluetooth nearby',
    passkey: 'Passkey',
    device: 'Device',
  } satisfies Record<Method, string>,
  role: { teacher: 'Teacher', student: 'Student', admin: 'Administrator', device: 'Device' } satisfies Record<
    Role,
    string
  >,
  connection: {
    live: 'Live',
    connecting: 'Connecting…',
    offline: 'Offline',
    offlineNote: 'No connection. What you do is kept on this device and sent as soon as it is back.',
    waiting: (n: number) => of(n, 'mark waiting', 'marks waiting'),
    asOf: (time: string) => `As of ${time}. It is brought up to date as soon as there is a connection.`,
  },
  state: {
    failed: 'This could not be loaded',
    noRights: 'This is not for your account',
    noRightsNote: 'Sign in as somebody who may see it, or go back to where you were.',
    notFound: 'There is nothing here',
    notFoundNote: 'The link may be old, or something was deleted.',
    unreachable: 'Rollcall cannot be reached',
    unreachableNote: 'Check the Wi-Fi of this device. This page tries again by itself.',
    broken: 'Something went wrong on this page',
    brokenNote: 'Nothing that was acknowledged is lost. Load the page again.',
    reload: 'Load again',
  },
  nav: {
    classes: 'Classes',
    analytics: 'Analytics',
    mine: 'My attendance',
    checkIn: 'Check in',
    people: 'People',
    structure: 'Sections',
    devices: 'Devices',
    imports: 'Import',
    sessions: 'Sessions',
    records: 'Records',
    quarantine: 'Review',
    account: 'Account',
    signOut: 'Sign out',
  },
  auth: {
    signIn: 'Sign in',
    signUp: 'Sign up',
    welcome: 'Take the register in two minutes.',
    welcomeNote: 'Live for the teacher, the class and the office, also when the Wi-Fi is not.',
    email: 'E-mail address',
    password: 'Password',
    passwordHint: 'At least 6 characters',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    name: 'Your name',
    iAm: 'I am a',
    noAccount: 'No account yet?',
    haveAccount: 'Have an account?',
    leftNote: 'You are signed out.',
    elsewhereNote:
      'You were signed out: this log-in was ended elsewhere, or its time was over. Sign in to go on.',
    claimTitle: 'Claim your account',
    claimNote:
      'Your school has invited you. Choose how you want to sign in; your classes and records are yours already.',
    claim: 'Claim account',
    invitation: 'Invitation',
  },
  account: {
    title: 'Account',
    language: 'Language',
    theme: 'Appearance',
    themes: { auto: 'As the device', light: 'Light', dark: 'Dark' },
    changePassword: 'Change password',
    currentPassword: 'Current password',
    newPassword: 'New password',
    passwordChanged: (n: number) => `Password changed. ${of(n, 'other log-in', 'other log-ins')} ended.`,
  },
  /** Screens of teachers: their classes, the live register, its records. */
  teacher: {
    title: 'My classes',
  },
  /** The projector. */
  board: {
    title: 'Check in',
  },
  /** Screens of students: their own status, checking in, their history, passkeys. */
  student: {
    title: 'My attendance',
  },
  /** Screens of administrators. */
  admin: {
    title: 'Administration',
  },
  analytics: {
    title: 'Analytics',
  },
  /** What is wrong with one field of a form. */
  fields: {
    wrong: 'This is not right',
    needed: 'This is needed',
    email: 'This is not an e-mail address',
    longer: (n: number) => `At least ${of(n, 'character is', 'characters are')} needed`,
    shorter: (n: number) => `No more than ${of(n, 'character', 'characters')}`,
    bytes: 'This is too long',
    least: (n: number) => `The least is ${n}`,
    most: (n: number) => `The most is ${n}`,
    fewer: (n: number) => `No more than ${n} of these`,
    number: 'This is not a whole number',
    date: 'This is not a date',
    time: 'This is not a time',
    choice: 'Choose one of those that there are',
    change: 'Nothing was changed',
    oneLine: 'One line of readable text, please',
    likeId: 'This looks like an internal id; choose another code',
    name: 'Up to 64 letters, digits and signs, without spaces',
    future: 'This must be in the future',
    notRoom: 'Name a room here, not coordinates',
    missing: 'This is missing',
    tooMany: 'There are too many already; remove one first',
  },
  faults,
};

/** What a language says: of the same shape as English. */
export type Texts = Widened<typeof en>;
type Widened<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Widened<T[K]> };

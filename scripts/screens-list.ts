import type { Page } from 'playwright-core';
import type { Texts } from '../web/src/texts/en.ts';
import type { Rest, School } from './screens-school.ts';

/** A screen to look at: whose, where, what shows that it is there, and what is done to it first. */
export type Look = {
  name: string;
  person: { id: string } | undefined;
  path: string;
  ready: string;
  then?: (page: Page, texts: Texts) => Promise<unknown>;
};

const press = (name: string | RegExp) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click();
const send = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
const CSV = `Number,First,Surname,Shoe size\n${Array.from({ length: 30 }, (_, i) => `X-${i},${i % 4 === 1 ? '' : 'Kim'},Lee-${i},38`).join('\n')}\n`;
const VIRTUAL = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

/** Every screen, and everything that opens over one. */
export const everyLook = ({ biology, teacher, session, admin, nameOf }: School, rest: Rest): Look[] => {
  const student = biology.students[3];
  const register = `/teach/${biology.id}`;
  const records = `/teach/${rest.law.id}/sessions/${rest.done.id}`;
  const card = '[data-card]';
  const of =
    (person: { id: string } | undefined) =>
    (name: string, path: string, ready: string, then?: Look['then']): Look => ({
      name,
      person,
      path,
      ready,
      ...(then && { then }),
    });
  const teaches = of(teacher);
  const learns = of(student);
  const runs = of(admin);
  const pickFile = async (page: Page, t: Texts, text = CSV) => {
    await page.locator('input[type=file]').setInputFiles({
      name: 'Students of the autumn term, final version (2).csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(text),
    });
    await page.getByRole('button', { name: t.admin.imports.try }).waitFor();
  };
  const tryFile = async (page: Page, t: Texts) => {
    await pickFile(page, t);
    await page.getByLabel('studentCode').selectOption('Number');
    await page.getByLabel('firstName').selectOption('First');
    await page.getByLabel('lastName').selectOption('Surname');
    await press(t.admin.imports.try)(page);
    await page.getByRole('button', { name: t.admin.imports.run }).waitFor();
  };
  const more = async (page: Page, t: Texts, then?: string) => {
    await press(t.common.more)(page);
    if (then) await send(page, then);
  };
  return [
    of(undefined)('sign-in', '/', 'button'),
    of(undefined)('sign-up', '/sign-up', 'form'),
    of(undefined)('sign-in-wrong', '/', 'button', async (page, t) => {
      await page.getByLabel(t.auth.email).fill('nobody@school.test');
      await page.getByLabel(t.auth.password).fill('not mine');
      await press(t.auth.signIn)(page);
      await page.getByText(t.faults.INVALID_CREDENTIALS).waitFor();
    }),

    teaches('classes', '/', 'text=Biology 2b'),
    teaches('new-class', '/', 'text=Biology 2b', (page, t) => press(t.teacher.newClass)(page)),
    teaches('start', '/', 'text=Biology 2b', async (page, t) => {
      await press(t.teacher.startMore)(page);
      await page.getByRole('dialog').getByLabel(t.method.device).check();
    }),
    of(rest.nobody.teacher)('classes-none', '/', 'h2'),
    of(rest.nobody.teacher)('no-rights', register, 'h2'),
    teaches('register', register, 'text=Yusuf Demir'),
    teaches('register-300', `/teach/${rest.lecture.id}`, card),
    teaches('register-none', `/teach/${rest.law.id}`, 'main h2'),
    teaches('register-offline', register, 'text=Yusuf Demir', async (page) => {
      await page.context().setOffline(true);
      await page.locator(card).nth(21).click();
    }),
    teaches('register-search-none', register, 'text=Yusuf Demir', (page) =>
      page.getByRole('searchbox').fill('zzz'),
    ),
    teaches('status', register, 'text=Yusuf Demir', async (page) => {
      await page.locator(card).first().focus();
      await page.keyboard.press('m');
    }),
    teaches('done', register, 'text=Yusuf Demir', (page, t) => press(t.teacher.done)(page)),
    teaches('done-300', `/teach/${rest.lecture.id}`, card, (page, t) => press(t.teacher.done)(page)),
    teaches('help', register, 'text=Yusuf Demir', (page, t) => more(page, t, t.teacher.keys.title)),
    teaches('more', register, 'text=Yusuf Demir', (page, t) => more(page, t)),
    teaches('rest-absent', register, 'text=Yusuf Demir', (page, t) => more(page, t, t.teacher.restAbsent)),
    teaches('cancel', register, 'text=Yusuf Demir', (page, t) => more(page, t, t.teacher.cancelSession)),
    teaches('sessions', `/teach/${rest.law.id}/sessions`, 'td'),
    teaches('records', records, 'td'),
    teaches('correct', records, 'td', (page, t) =>
      page.getByRole('button', { name: t.teacher.correctOf(nameOf(0)) }).click(),
    ),
    teaches('record-history', records, 'td', async (page, t) => {
      await page.getByRole('button', { name: t.teacher.historyOf(nameOf(1)) }).click();
      await page.locator('dialog ol').waitFor();
    }),
    teaches('settings', `${register}/settings`, 'h2'),
    teaches('delete-class', `${register}/settings`, 'h2', (page, t) => press(t.teacher.deleteClass)(page)),
    teaches('analytics', '/analytics', 'h1'),
    teaches('board', `/board/${session.id}`, 'svg'),
    teaches('board-over', `/board/${rest.done.id}`, 'h1'),

    learns('student', '/', 'text=Biology 2b'),
    of(rest.nobody.student)('student-none', '/', 'h2'),
    learns('history', `/my/${biology.id}`, 'h2'),
    of(rest.law.students[1])('history-corrected', `/my/${rest.law.id}`, 'h2'),
    of(rest.law.students[1])('record-story', `/my/${rest.law.id}`, 'h2', (page, t) =>
      press(t.student.corrected)(page),
    ),
    learns('check-in', '/check-in', 'h1'),
    learns('check-in-wrong', '/check-in', 'h1', async (page, t) => {
      await page.getByLabel(t.student.code).fill('000000');
      await page
        .getByRole('alert')
        .getByText(t.student.problems.INVALID_CODE[0] ?? '')
        .waitFor();
    }),
    learns('check-in-away', '/check-in', 'h1', async (page, t) => {
      await page.getByLabel(t.student.code).waitFor();
      await page.context().setOffline(true);
      await page.getByLabel(t.student.code).fill('000000');
      await page.getByText(t.student.awayNote).waitFor();
    }),
    learns('check-in-old-scan', '/check-in#not-a-token', 'h1', (page, t) =>
      page.getByText(t.student.scanRefused).waitFor(),
    ),
    learns('check-in-done', '/check-in', 'h1', async (page, t) => {
      await page.getByLabel(t.student.code).fill(session.code);
      await page.getByText(t.student.already).waitFor();
    }),
    of(rest.exam.students[0])('check-in-more', '/check-in', 'h1', async (page, t) => {
      await page.getByLabel(t.student.code).fill(rest.exam.code);
      await page.getByText(t.student.oneMore).waitFor();
    }),
    learns('account', '/account', 'h1', (page, t) => page.getByText(t.student.addPasskey).waitFor()),
    learns('passkey-remove', '/account', 'h1', async (page, t) => {
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      await cdp.send('WebAuthn.addVirtualAuthenticator', { options: VIRTUAL });
      await page.getByLabel(t.student.passkeyName).fill('the old telephone of my elder sister');
      await press(t.student.addPasskey)(page);
      await page
        .getByRole('button', { name: /the old telephone/ })
        .last()
        .click();
    }),

    runs('admin-classes', '/', 'td'),
    runs('admin-class-form', '/', 'td', (page, t) => press(t.admin.classes.new)(page)),
    runs('admin-class-picker', '/', 'td', async (page, t) => {
      await press(t.admin.classes.new)(page);
      await page.getByRole('dialog').getByRole('combobox').fill('a');
      await page.getByRole('option').first().waitFor();
    }),
    runs('admin-roster', `/admin/classes/${biology.id}`, 'td'),
    runs('admin-people', '/admin/people', 'td'),
    runs('admin-people-none', '/admin/people', 'td', async (page, t) => {
      await page.getByRole('searchbox').fill('nobody at all');
      await page.getByText(t.admin.nothingFits).waitFor();
    }),
    runs('admin-accounts', '/admin/people', 'td', async (page, t) => {
      await page.getByLabel(t.admin.people.tabs.accounts).check();
      await page.getByRole('cell', { name: '@' }).first().waitFor();
    }),
    runs('admin-person-form', '/admin/people', 'td', (page, t) => press(t.admin.people.newStudent)(page)),
    runs('admin-person-delete', '/admin/people', 'td', (page, t) =>
      page
        .getByRole('button', { name: `${t.common.delete}: ` })
        .first()
        .click(),
    ),
    runs('admin-invite', '/admin/people', 'td', async (page, t) => {
      const invite = t.admin.people.inviteWhom('#').split('#')[0] ?? '';
      await page.getByRole('searchbox').fill('Uninvited');
      await page.getByRole('button', { name: invite }).first().click();
    }),
    runs('admin-account', '/admin/people', 'td', async (page, t) => {
      await page
        .getByRole('button', { name: t.admin.people.accountOf('#').split('#')[0] ?? '' })
        .first()
        .click();
    }),
    runs('admin-sections', '/admin/sections', 'main h2'),
    runs('admin-batch-form', '/admin/sections', 'main h2', (page, t) =>
      press(t.admin.sections.newBatch)(page),
    ),
    runs('admin-section-form', '/admin/sections', 'main h2', (page, t) =>
      press(t.admin.sections.newSectionIn('Political Science and Public Administration 2026'))(page),
    ),
    runs('admin-devices', '/admin/devices', 'main h2'),
    runs('admin-device-form', '/admin/devices', 'main h2', (page, t) => press(t.admin.devices.new)(page)),
    runs('admin-device-key', '/admin/devices', 'main h2', async (page, t) => {
      await press(t.admin.devices.rotateWhat('Library'))(page);
      await send(page, t.admin.devices.rotate);
      await page.getByText(t.admin.shownOnce).waitFor();
    }),
    runs('admin-device-rotate', '/admin/devices', 'main h2', (page, t) =>
      press(t.admin.devices.rotateWhat('Library'))(page),
    ),
    runs('admin-device-command', '/admin/devices', 'main h2', (page, t) =>
      page.getByRole('button', { name: t.admin.devices.commandFor('#').split('#')[0] ?? '' }).click(),
    ),
    runs('admin-device-revoke', '/admin/devices', 'main h2', (page, t) =>
      press(`${t.admin.devices.revoke}: Library`)(page),
    ),
    runs('admin-device-bind', '/admin/devices', 'main h2', (page, t) =>
      press(t.admin.devices.bindWhat('ABCX123456'))(page),
    ),
    runs('admin-import', '/admin/import', 'h1'),
    runs('admin-import-file', '/admin/import', 'h1', pickFile),
    runs('admin-import-tried', '/admin/import', 'h1', tryFile),
    runs('admin-import-refused', '/admin/import', 'h1', async (page, t) => {
      await pickFile(page, t, 'Wrong,Header\n1,2\n');
      await page.getByText(t.admin.imports.noColumn('studentCode')).waitFor();
    }),
    runs('admin-sessions', '/admin/sessions', 'td'),
    runs('admin-session-end', '/admin/sessions', 'td', (page, t) =>
      page.getByRole('button', { name: t.admin.sessions.close }).first().click(),
    ),
    runs('admin-session', `/admin/sessions/${rest.done.id}`, 'td'),
    runs('admin-records', '/admin/records', 'td'),
    runs('admin-correct', '/admin/records', 'td', async (page, t) => {
      await page
        .getByRole('button', { name: t.admin.records.correctWhat('#').split('#')[0] ?? '' })
        .first()
        .click();
      await page.getByRole('dialog').getByLabel(t.admin.reason).waitFor();
    }),
    runs('admin-record-history', `/admin/sessions/${rest.done.id}`, 'td', async (page, t) => {
      await page.getByRole('button', { name: t.admin.records.historyOf(nameOf(1)), exact: true }).click();
      await page.locator('dialog ol').waitFor();
    }),
    runs('admin-record-delete', '/admin/records', 'td', (page, t) =>
      page
        .getByRole('button', { name: `${t.common.delete}: ` })
        .first()
        .click(),
    ),
    runs('admin-deletions', '/admin/records', 'td', (page, t) =>
      page.getByLabel(t.admin.records.tabs.audit).check(),
    ),
    runs('admin-review', '/admin/review', 'main li'),
    runs('admin-apply', '/admin/review', 'main li', (page, t) =>
      page.getByRole('button', { name: t.admin.review.apply }).first().click(),
    ),
    runs('admin-nowhere', '/admin/sessions/ffffffffffffffffffffffff', 'h2'),
  ];
};

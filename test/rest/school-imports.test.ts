import { expect } from 'chai';
import { createPeople } from '../../server/data/people.ts';
import { createStructure } from '../../server/data/structure.ts';
import { peopleImport } from '../../server/features/imports/people.ts';
import { createSectionFinder } from '../../server/features/imports/section-finder.ts';
import type { ImportReport } from '../../shared/rest/imports.ts';
import { call, startHub, type TestHub } from '../support/hub.ts';

type Answered = { status: number; code?: string; error?: string; details?: unknown; data: ImportReport };

describe('the school: imports', () => {
  let hub: TestHub;
  let admin: string;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '1000' } });
    admin = (await hub.school.person('admin')).token;
    const sections = 'name,dep,batch\nA,Physics,2026\nB,Physics,2026\nA,Art,2026\n';
    expect((await send('sections', sections)).data.created).to.equal(3);
  });
  after(() => hub?.stop());

  const post = (what: string, csv: string | Uint8Array, headers: Record<string, string> = {}) =>
    fetch(`${hub.url}/api/v1/imports/${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'text/csv', ...headers },
      body: csv as string,
    });
  const send = async (...args: Parameters<typeof post>): Promise<Answered> => {
    const response = await post(...args);
    return { status: response.status, ...((await response.json()) as Omit<Answered, 'status'>) };
  };
  const tally = ({ status, data }: Answered) => [
    status,
    data.rows,
    data.created,
    data.updated,
    data.unchanged,
    data.failed,
  ];
  const student = async (code: string) => {
    const { data } = await call(hub.url, 'GET', `/api/v1/students?q=${code}`, admin);
    const [found] = (data as { items: Record<string, unknown>[] }).items;
    return found;
  };

  it('[SC7] a dry run says what would happen and changes nothing; twice changes nothing', async () => {
    const csv =
      'Student Code,First name,Surname,E-Mail,Section,Dep\nD-1,Ann,Lee,ann@d.test,B,\nD-2,Bo,,,A,Art\n';
    const dry = await send('students?dryRun=true', csv);
    expect(tally(dry)).to.deep.equal([200, 2, 2, 0, 0, 0]);
    expect(dry.data.dryRun).to.equal(true);
    expect(await student('D-1')).to.equal(undefined);
    expect(tally(await send('students', csv))).to.deep.equal([200, 2, 2, 0, 0, 0]);
    const ann = await student('D-1');
    expect(ann).to.include({ name: 'Ann Lee', email: 'ann@d.test', hasLogin: false });
    expect(ann?.sectionId).to.match(/^[0-9a-f]{24}$/);
    expect(tally(await send('students', csv))).to.deep.equal([200, 2, 0, 0, 2, 0]);
    expect(await student('D-1')).to.deep.equal(ann);

    const changed = 'studentCode,firstName,lastName,email\nD-1,Anna,,\nD-2,Bo,Ng,\n';
    expect(tally(await send('students?dryRun=true', changed))).to.deep.equal([200, 2, 0, 2, 0, 0]);
    expect(tally(await send('students', changed))).to.deep.equal([200, 2, 0, 2, 0, 0]);
    expect(await student('D-1')).to.deep.equal({ ...ann, name: 'Anna Lee', firstName: 'Anna' });
    expect(tally(await send('students', changed))).to.deep.equal([200, 2, 0, 0, 2, 0]);
  });

  it('[SC7] reads RFC 4180 with BOM, CRLF, quotes, line breaks, other separators, in any pieces', async () => {
    const csv =
      '\uFEFF"studentCode";firstName;"Last, name";Note\r\n' +
      'R-1;"Ann ""A.""";"O\'Neil; Jr";"one\r\ntwo"\r\n\r\n' +
      '"R-2";Zoë;Ñandú;\r\nR-3;李;;x';
    const bytes = new TextEncoder().encode(csv);
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const response = await fetch(`${hub.url}/api/v1/imports/students?map=lastName:Last%20name`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'text/csv; charset=utf-8' },
      body: pieces,
      duplex: 'half',
    } as RequestInit);
    const { data } = (await response.json()) as Answered;
    expect(data).to.deep.equal({
      rows: 3,
      created: 3,
      updated: 0,
      unchanged: 0,
      failed: 0,
      dryRun: false,
      problems: [],
      columns: { studentCode: 'studentCode', firstName: 'firstName', lastName: 'Last, name' },
      ignoredColumns: ['Note'],
    });
    expect((await student('R-1'))?.name).to.equal('Ann "A." O\'Neil; Jr');
    expect((await student('R-2'))?.name).to.equal('Zoë Ñandú');
    expect((await student('R-3'))?.name).to.equal('李');
  });

  it('[SC7] a bad row is reported with its line and reason, and blocks no good one', async () => {
    const { email } = { email: 'taken@b.test' };
    await call(hub.url, 'POST', '/api/v1/students', admin, { firstName: 'T', email });
    const csv = [
      'studentCode,firstName,lastName,email,section,dep',
      'B-1,Ann,Lee,,,',
      ',Bo,Lee,,,',
      'B-2,,Lee,,,',
      'B-3,"Cy,Lee,,,',
      'B-4,Di,Lee,,,',
      'B-5,Ed,Lee,nobody,,',
      'B-6,Flo,Lee',
      'B-1,Gus,Lee,,,',
      'B-7,"Hal" x,Lee,,,',
      `B-8,Ida,Lee,${email},,`,
      'B-9,Jo,Lee,,Z,',
      'B-10,Kit,Lee,,A,',
      'B-11,Lou,Lee,,A,Art',
      'B-12,Mia,Lee,mia@b.test,,',
      'B-13,Ned,Lee,MIA@b.test,,',
      `B-14,${'x'.repeat(200_000)},Lee,,,`,
      'B-15,Oz,Lee,,,',
      'B-16,"Pat,Lee,,,',
    ].join('\n');
    const answer = await send('students', csv);
    expect(tally(answer)).to.deep.equal([200, 18, 5, 0, 0, 13]);
    const reasons = new Map(answer.data.problems.map(({ line, reason }) => [line, reason]));
    const lines = answer.data.problems.map(({ line }) => line);
    expect(lines, 'in the order of the file').to.deep.equal([...lines].sort((one, other) => one - other));
    expect([...reasons.keys()].sort((a, b) => a - b)).to.deep.equal([
      3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 16, 17, 19,
    ]);
    for (const [line, reason] of [
      [3, /studentCode is missing/],
      [4, /firstName is missing/],
      [5, /quote/],
      [7, /email/],
      [8, /has 3 columns, the header has 6/],
      [9, /B-1 stands in line 2/],
      [10, /quote/],
      [11, /Email already exists/],
      [12, /section Z is not known/],
      [13, /more than once/],
      [16, /line 15/],
      [17, /too long/],
      [19, /quote/],
    ] as const)
      expect(reasons.get(line), `line ${line}`).to.match(reason);
    const causes = new Map(answer.data.problems.map((problem) => [problem.line, problem.causes]));
    for (const [line, cause] of [
      [3, { code: 'FIELD_MISSING', field: 'studentCode' }],
      [5, { code: 'ROW_QUOTES' }],
      [7, { code: 'FIELD_INVALID', field: 'email', message: 'Invalid email address' }],
      [8, { code: 'ROW_COLUMNS', columns: 3, expected: 6 }],
      [9, { code: 'CODE_REPEATED', value: 'B-1', line: 2 }],
      [11, { code: 'EMAIL_EXISTS' }],
      [12, { code: 'SECTION_UNKNOWN', value: 'Z' }],
      [13, { code: 'SECTION_AMBIGUOUS', value: 'A' }],
      [16, { code: 'EMAIL_REPEATED', line: 15 }],
      [17, { code: 'ROW_TOO_LONG' }],
    ] as const)
      expect(causes.get(line), `line ${line}`).to.deep.equal([cause]);
    for (const code of ['B-4', 'B-11', 'B-12', 'B-15']) expect(await student(code), code).to.be.an('object');
    const again = await send('students', csv);
    expect(tally(again)).to.deep.equal([200, 18, 0, 0, 5, 13]);
    expect(again.data.problems).to.deep.equal(answer.data.problems);
  });

  it('[SC7] a bad row does not keep out a good one of its code or address, in whatever order they come', async () => {
    const csv = [
      'studentCode,firstName,section,email',
      'G-1,Ann,NoSuch,ann@g.test',
      'G-1,Ann,,ann@g.test',
      'G-1,Anna,,',
      'G-2,Bo,,ann@g.test',
      'G-2,Bo,,bo@g.test',
      'G-3,Cy,NoSuch,cy@g.test',
      'G-4,Cy,,cy@g.test',
    ].join('\n');
    for (const [made, kept, what] of [
      [3, 0, 'students?dryRun=true'],
      [3, 0, 'students'],
      [0, 3, 'students'],
    ] as const) {
      const answer = await send(what, csv);
      expect(tally(answer)).to.deep.equal([200, 7, made, 0, kept, 4]);
      expect(answer.data.problems.map(({ line, causes }) => [line, ...causes])).to.deep.equal([
        [2, { code: 'SECTION_UNKNOWN', value: 'NoSuch' }],
        [4, { code: 'CODE_REPEATED', value: 'G-1', line: 3 }],
        [5, { code: 'EMAIL_REPEATED', line: 3 }],
        [7, { code: 'SECTION_UNKNOWN', value: 'NoSuch' }],
      ]);
    }
  });

  it('[SC7] of two who import the same people at once, each row is new for one and unchanged for the other', async () => {
    const people = createPeople(hub.connection);
    // Both look before either writes.
    let looking = 2;
    let release = () => {};
    const bothLooked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const start = peopleImport('student', {
      people: {
        ...people,
        findByCodes: async (...args) => {
          const found = await people.findByCodes(...args);
          if (--looking === 0) release();
          await bothLooked;
          return found;
        },
      },
      findSections: createSectionFinder(createStructure(hub.connection)),
      rosters: { sectionsChanged: async () => {} },
      clock: { now: () => Date.now() },
    });
    const rows = Array.from({ length: 50 }, (_, i) => ({
      line: i + 2,
      row: { code: `P-${i}`, firstName: 'Ann', lastName: `No${i}`, email: `p${i}@two.test` },
    }));
    const other = rows.map(({ line, row }, i) => ({
      line,
      row: i === 7 ? { ...row, firstName: 'Anna' } : row,
    }));
    const said = await Promise.all([start().apply(rows, false), start().apply(other, false)]);
    for (const [i] of rows.entries()) {
      const both = said.map((outcomes) => outcomes[i]);
      expect(both, `row ${i}`).to.have.members(['created', i === 7 ? 'updated' : 'unchanged']);
    }
    expect((await people.findByCodes('student', ['P-0', 'P-49'])).length).to.equal(2);
  });

  it('[SC7] text that is no UTF-8 is a bad row, not a wrong name', async () => {
    const csv = Buffer.from('studentCode,firstName\nL-1,Zo\xeb\nL-2,Ann\n', 'latin1');
    const answer = await send('students', new Uint8Array(csv));
    expect(tally(answer)).to.deep.equal([200, 2, 1, 0, 0, 1]);
    expect(answer.data.problems).to.deep.equal([
      {
        line: 2,
        reason: 'is not in UTF-8; save the file as “CSV UTF-8” and send it again',
        causes: [{ code: 'ROW_NOT_UTF8' }],
      },
    ]);
    // A column that nobody reads may hold what it likes.
    const notes = Buffer.from('studentCode,firstName,Note\nL-3,Bo,Caf\xe9\n', 'latin1');
    expect(tally(await send('students', new Uint8Array(notes)))).to.deep.equal([200, 1, 1, 0, 0, 0]);
    const roster = Buffer.from('classCode,studentCode\nL-9,\xe9\n', 'latin1');
    const codes = await send('rosters', new Uint8Array(roster));
    expect(codes.data.problems[0]?.causes).to.deep.equal([{ code: 'ROW_NOT_UTF8' }]);
    const wide = await send(
      'students',
      new Uint8Array(Buffer.from('\uFEFFstudentCode,firstName\n', 'utf16le')),
    );
    expect([wide.status, wide.code]).to.deep.equal([400, 'INVALID_REQUEST']);
  });

  it('[SC7] nothing is done where the header cannot be understood', async () => {
    for (const [what, csv] of [
      ['students', ''],
      ['students', '\n\n'],
      ['students', 'a,b\n1,2\n'],
      ['students', 'studentCode\nH-1\n'],
      ['students?map=firstName', 'studentCode,firstName\nH-1,Ann\n'],
      ['students?map=firstName:Nom', 'studentCode,firstName\nH-1,Ann\n'],
      ['students?map=role:firstName', 'studentCode,firstName\nH-1,Ann\n'],
      ['students?dryRun=maybe', 'studentCode,firstName\nH-1,Ann\n'],
      ['admins', 'studentCode,firstName\nH-1,Ann\n'],
    ] as const) {
      const answer = await send(what, csv);
      expect([answer.status, answer.code], `${what} ${csv}`).to.deep.equal([400, 'INVALID_REQUEST']);
    }
    expect(await student('H-1')).to.equal(undefined);
    const mapped = await send(
      'students?map=studentCode:Matricule,firstName:Prénom',
      'Matricule,Prénom\nH-1,Ann\n',
    );
    expect(tally(mapped)).to.deep.equal([200, 1, 1, 0, 0, 0]);
  });

  it('[SC7] teachers, sections and rosters, too', async () => {
    const teachers = 'Teacher ID,First,Last\nT-1,Ada,Byron\n';
    expect(tally(await send('teachers', teachers))).to.deep.equal([200, 1, 1, 0, 0, 0]);
    expect(tally(await send('teachers', teachers))).to.deep.equal([200, 1, 0, 0, 1, 0]);
    const sections = 'section,department,year\nQ,Latin,2026\nQ,Latin,2026\nR,,2026\nQ,Latin,2027\n';
    expect(tally(await send('sections?dryRun=true', sections))).to.deep.equal([200, 4, 2, 0, 1, 1]);
    expect(tally(await send('sections', sections))).to.deep.equal([200, 4, 2, 0, 1, 1]);
    expect(tally(await send('sections', sections))).to.deep.equal([200, 4, 0, 0, 3, 1]);

    const { id: classId, teacher, students } = await hub.school.class(1, 'private');
    await call(hub.url, 'PATCH', `/api/v1/classes/${classId}`, teacher.token, { code: 'LAT' });
    await send('students', 'studentCode,firstName\nX-1,Ann\nX-2,Bo\n');
    const rosters = 'course,student\nLAT,X-1\nLAT,X-2\nLAT,X-9\nFR,X-1\nLAT,X-1\n';
    const count = async () =>
      (await call(hub.url, 'GET', `/api/v1/classes/${classId}`, teacher.token)).data?.studentCount;
    expect(tally(await send('rosters?dryRun=true', rosters))).to.deep.equal([200, 5, 2, 0, 1, 2]);
    expect(await count()).to.equal(1);
    const answer = await send('rosters', rosters);
    expect(tally(answer)).to.deep.equal([200, 5, 2, 0, 1, 2]);
    expect(answer.data.problems).to.deep.equal([
      {
        line: 4,
        reason: 'student X-9 is not known',
        causes: [{ code: 'STUDENT_UNKNOWN', value: 'X-9' }],
      },
      { line: 5, reason: 'class FR is not known', causes: [{ code: 'CLASS_UNKNOWN', value: 'FR' }] },
    ]);
    expect(await count()).to.equal(3);
    expect(tally(await send('rosters', rosters))).to.deep.equal([200, 5, 0, 0, 3, 2]);
    expect(await count()).to.equal(3);
    expect(students).to.have.length(1);
  });

  it('[SC4][SC7] reaches the rosters of sections, and a running session', async () => {
    await send('sections', 'name,dep,batch\nLive,Music,2026\n');
    const listed = await call(hub.url, 'GET', '/api/v1/sections?limit=200', admin);
    const live = (listed.data as { items: { id: string; name: string }[] }).items.find(
      ({ name }) => name === 'Live',
    );
    const ada = await hub.school.person('teacher');
    const body = { className: 'Choir', sectionIds: [live?.id] };
    const made = await call(hub.url, 'POST', '/api/v1/classes', ada.token, body);
    const classId = String(made.data?.id);
    await call(hub.url, 'POST', '/api/v1/sessions', ada.token, { classId });
    await send('students', 'studentCode,firstName,section\nV-1,Ann,Live\nV-2,Bo,Live\n');
    const read = await call(hub.url, 'GET', `/api/v1/classes/${classId}`, ada.token);
    expect(read.data?.studentCount).to.equal(2);
    const session = (await call(hub.url, 'GET', `/api/v1/sessions?classId=${classId}`, ada.token)).data;
    const id = (session as { items: { id: string }[] }).items[0]?.id;
    const closed = await call(hub.url, 'POST', `/api/v1/sessions/${id}/close`, ada.token);
    expect(JSON.stringify(closed.data)).to.match(/"absent":2/);
  });

  it('[SC7] is for admins, as text/csv; other routes take no larger bodies than before', async () => {
    const csv = 'studentCode,firstName\nY-1,Ann\n';
    const { token } = await hub.school.person('teacher');
    expect((await send('students', csv, { authorization: `Bearer ${token}` })).status).to.equal(403);
    expect((await send('students', csv, { authorization: '' })).status).to.equal(401);
    expect((await send('students', csv, { 'content-type': 'application/json' })).status).to.equal(400);
    const large = { firstName: 'x'.repeat(200_000) };
    expect((await call(hub.url, 'POST', '/api/v1/students', admin, large)).status).to.equal(413);
    const huge = await send('students', new Uint8Array(33 * 1024 * 1024)).catch(() => ({ status: 413 }));
    expect(huge.status).to.equal(413);
    expect(await student('Y-1')).to.equal(undefined);
  });

  it('[SC7] 10,000 rows come with progress in lines, and again without a change', async function () {
    this.timeout(60_000);
    const rows = Array.from({ length: 10_000 }, (_, i) => `N-${i},First${i},Last${i},n${i}@n.test,B,Physics`);
    const csv = `studentCode,firstName,lastName,email,section,dep\n${rows.join('\n')}\n`;
    const lines = async () => {
      const response = await post('students', csv, { accept: 'application/x-ndjson' });
      expect(response.headers.get('content-type')).to.match(/^application\/x-ndjson/);
      return (await response.text())
        .trimEnd()
        .split('\n')
        .map(
          (line) =>
            JSON.parse(line) as { progress?: Record<string, number>; success?: true; data?: ImportReport },
        );
    };
    const first = await lines();
    const seen = first.slice(0, -1).map(({ progress }) => Number(progress?.rows));
    expect(seen.length).to.be.at.least(20);
    expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    expect(first[0]?.progress).to.include({ rows: 500, created: 500, ofBytes: Buffer.byteLength(csv) });
    expect(first.at(-1)).to.deep.include({ success: true });
    expect(first.at(-1)?.data).to.include({ rows: 10_000, created: 10_000, failed: 0 });
    expect((await lines()).at(-1)?.data).to.include({ rows: 10_000, unchanged: 10_000, failed: 0 });
  });

  it('[SC7] a failure after the first line is the last line', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => `F-${i},Ann`).join('\n');
    let sent = 0;
    const pieces = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`studentCode,firstName\n${rows}\n`)),
      pull: (controller) => {
        if (++sent > 40) controller.close();
        else controller.enqueue(new Uint8Array(1024 * 1024).fill(120));
      },
    });
    const response = await fetch(`${hub.url}/api/v1/imports/students`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${admin}`,
        'content-type': 'text/csv',
        accept: 'application/x-ndjson',
      },
      body: pieces,
      duplex: 'half',
    } as RequestInit);
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0].progress).to.include({ rows: 500, created: 500 });
    expect(lines.at(-1)).to.deep.equal({
      success: false,
      error: 'Request body is too large',
      code: 'BODY_TOO_LARGE',
    });
  });
});

import { expect } from 'chai';
import { embeddedBench } from './register-journal.ts';
import {
  mark,
  newSession,
  newStudents,
  newTeacher,
  nth,
  op,
  openClass,
  refused,
  sortedFrozen,
} from './register-support.ts';

describe('the embedded register and its journal', () => {
  const { open, stormy } = embeddedBench();

  it('[MK1] marks of one turn share one write, and so do those that come meanwhile', async () => {
    const register = await open();
    const { classId, students } = await openClass(register, 30);
    const before = await stormy().batches.countDocuments();
    await Promise.all(students.map((student) => register.mark(classId, mark(student))));
    expect((await stormy().batches.countDocuments()) - before).to.equal(1);
  });

  it('[MK3] repeats and refusals are not written at all', async () => {
    const register = await open();
    const { classId, sessionId, students } = await openClass(register, 1);
    const request = mark(nth(students, 0), { opId: op('a'), by: newTeacher() });
    await register.mark(classId, request);
    const before = await stormy().batches.countDocuments();
    await register.mark(classId, request);
    await register.enrol(classId, nth(students, 0));
    await refused(register.mark(classId, { ...request, opId: op('b'), sessionId: newSession() }));
    await register.drop(classId, newSession());
    expect(await stormy().batches.countDocuments()).to.equal(before);
    await register.freeze(classId, sessionId);
    await register.freeze(classId, sessionId);
    expect(await stormy().batches.countDocuments()).to.equal(before + 1);
  });

  it('takes what is sent without waiting in the order in which it was sent', async () => {
    const register = await open();
    const { classId, sessionId, students } = await openClass(register, 1);
    const late = nth(newStudents(1), 0);
    const answers = await Promise.all([
      register.enrol(classId, late),
      register.mark(classId, mark(late)),
      register.withdraw(classId, late),
      refused(register.mark(classId, mark(late))),
      register.mark(classId, mark(nth(students, 0))),
      register.freeze(classId, sessionId),
      refused(register.mark(classId, mark(nth(students, 0)))),
    ]);
    const [enrolled, marked, withdrawn, stranger, last, frozen, over] = answers;
    expect([enrolled, withdrawn]).to.deep.equal([true, true]);
    expect([marked.version, last.version, frozen.version]).to.deep.equal([2, 4, 4]);
    expect([stranger, over]).to.deep.equal(['STUDENT_NOT_ON_ROSTER', 'NO_ACTIVE_SESSION']);
  });

  it('[DU3][SE1][MK1] a newer process takes the journal over, and the older one stops answering', async () => {
    const older = await open();
    const { classId, students } = await openClass(older, 2);
    await older.mark(classId, mark(nth(students, 0)));
    const newer = await open();
    await newer.mark(classId, mark(nth(students, 1)));
    const late = mark(nth(students, 0), { status: 'absent', opId: op('late'), by: newTeacher() });
    expect(await refused(older.mark(classId, late))).to.equal('REGISTER_UNAVAILABLE');
    expect(await refused(older.counts(classId))).to.equal('REGISTER_UNAVAILABLE');
    expect(await older.health()).to.include({ ok: false });
    expect((await newer.counts(classId)).counts).to.include({ present: 2, absent: 0 });
    expect(await newer.mark(classId, late)).to.include({ version: 3, repeated: false });
  });

  it('[SY2] a journal with a gap gives every register a new epoch', async () => {
    const register = await open();
    const { classId, students, session } = await openClass(register, 2);
    await register.mark(classId, mark(nth(students, 0)));
    const { version } = await register.mark(classId, mark(nth(students, 1)));
    const [newest] = await stormy().batches.find().sort({ _id: -1 }).limit(1).toArray();
    await stormy().batches.deleteOne({ _id: (newest?._id ?? 0) - 1 });
    const again = await open();
    const now = await again.since(classId, { epoch: session.epoch, version });
    expect(now.mode).to.equal('snapshot');
    expect(now.epoch).not.to.equal(session.epoch);
    expect(now.counts.present).to.equal(1);
    expect((await again.live([classId]))[0]?.epoch).to.equal(now.epoch);
  });

  it('[MK1] a write that arrives long after it was given up, and its place was forgotten, changes nothing', async () => {
    const register = await open();
    const first = await openClass(register, 1);
    const ghost = await stormy().batches.findOne({}, { sort: { _id: -1 } });
    await register.drop(first.classId, first.sessionId);
    const { session } = await register.open({ ...first.asked, sessionId: newSession() });
    await register.mark(first.classId, mark(nth(first.students, 0)));
    if (ghost === null) return expect.fail('the opening is not in the journal');
    // A recovery deletes what no session needs any more; only then is the old place free.
    await open();
    await stormy().batches.insertOne(ghost);
    const again = await open();
    expect(await again.live([first.classId])).to.deep.equal([session]);
    expect((await again.counts(first.classId)).counts.present).to.equal(1);
  });

  it('[DN5] the journal does not grow with the sessions that are over', async () => {
    const register = await open();
    const { classId, sessionId, students, asked } = await openClass(register, 3);
    let over = sessionId;
    for (let n = 0; n < 20; n++) {
      for (const student of students) await register.mark(classId, mark(student));
      await register.freeze(classId, over);
      await register.drop(classId, over);
      over = newSession();
      await register.open({ ...asked, sessionId: over });
    }
    for (const student of students) await register.mark(classId, mark(student));
    const again = await open();
    expect(await stormy().batches.countDocuments()).to.be.below(20);
    expect(sortedFrozen(await again.freeze(classId, over)).rows).to.have.length(3);
  });
});

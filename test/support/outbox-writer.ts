import { fileOutbox } from '../../shared/client/node/outbox-file.ts';
import { newOpId } from '../../shared/client/op-id.ts';

/*
 * Keeps and drops marks in the journal named on the command line as fast as it can, until it is killed. Says
 * what it is about to keep (`> opId`), what is kept (`+ opId`) and what it is about to drop (`- opId`).
 */
const [, , path = '', round = ''] = process.argv;
const store = fileOutbox(path);
await store.load();
const say = (line: string) => process.stdout.write(`${line}\n`);
say('ready');
const write = async (writer: number) => {
  for (let i = 0; ; i++) {
    const opId = newOpId();
    say(`> ${opId}`);
    const reason = `round ${round}, writer ${writer}, mark ${i}, ${'long '.repeat(i % 40)}`;
    await store.keep({
      opId,
      classId: 'c',
      studentId: 's',
      status: 'late',
      at: '2026-01-05T08:00:00.000Z',
      reason,
    });
    say(`+ ${opId}`);
    if (i % 3 > 0) {
      say(`- ${opId}`);
      void store.drop(opId);
    }
  }
};
await Promise.all([0, 1, 2].map(write));

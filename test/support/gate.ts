import { randomBytes } from 'node:crypto';
import { oid } from '../../server/data/mongo.ts';
import type { UserId } from '../../shared/ids.ts';
import { ask } from './http.ts';
import type { TestHub } from './hub.ts';

type Known = { id: string; deviceId: string; key: string };

/** A hub's admin, and what tests of devices do again and again. */
export const createGates = async (hub: TestHub) => {
  const admin = await hub.school.person('admin');
  const must = async (line: string, status: number, token: string, body?: unknown) => {
    const answer = await ask(hub.url, line, { token, body });
    if (answer.status !== status) throw new Error(`${line}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.data;
  };

  return {
    admin,
    asAdmin: (line: string, body?: unknown) => ask(hub.url, line, { token: admin.token, body }),

    /** A device of a new name. */
    async device(): Promise<Known> {
      const deviceId = `gate-${randomBytes(4).toString('hex')}`;
      return await must('POST /api/v1/devices', 201, admin.token, { deviceId, name: 'A gate' });
    },

    /** A class whose live session is bound to a new device; its students have the codes `S<class>-<n>`. */
    async boundClass(size: number, options: object = {}) {
      const room = await hub.school.class(size, 'private');
      const device = await this.device();
      const codes = await this.giveCodes(room.students);
      const session = await must('POST /api/v1/sessions', 201, room.teacher.token, {
        classId: room.id,
        deviceId: device.deviceId,
        ...options,
      });
      return { ...room, device, codes, session: session as { id: string; openedAt: string } };
    },

    /** Gives students codes of their own. */
    async giveCodes(students: readonly { id: UserId }[]): Promise<string[]> {
      const tag = randomBytes(4).toString('hex');
      const codes = students.map((_, i) => `S${tag}-${i}`);
      for (const [i, { id }] of students.entries())
        await hub.connection
          .collection('users')
          .updateOne({ _id: oid(id) }, { $set: { studentCode: codes[i] } });
      return codes;
    },

    /** Moves the start of a session back, as if it had begun so many minutes ago; answers with the new start. */
    async startedAgo(sessionId: string, minutes: number): Promise<string> {
      const openedAt = new Date(Date.now() - minutes * 60_000);
      await hub.connection.collection('sessions').updateOne({ _id: oid(sessionId) }, { $set: { openedAt } });
      return openedAt.toISOString();
    },

    close: (teacher: { token: string }, sessionId: string) =>
      must(`POST /api/v1/sessions/${sessionId}/close`, 200, teacher.token),

    scan: (key: string, body: unknown) =>
      ask(hub.url, 'POST /api/v1/attendance/scan', { headers: { 'X-Device-Key': key }, body }),

    /** The record of a student in a session, as the database has it. */
    record: (sessionId: string, studentId: string) =>
      hub.connection.collection('records').findOne({ sessionId: oid(sessionId), studentId: oid(studentId) }),
  };
};
export type Gates = Awaited<ReturnType<typeof createGates>>;

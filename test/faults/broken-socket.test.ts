import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isStoreAway } from '../../server/kit/describe-error.ts';

/** What waiting for room in a socket rejects with: the driver passes that on as it is. */
const brokenBy = async (writer: Socket): Promise<unknown> => {
  const block = Buffer.alloc(1 << 20);
  try {
    for (;;) if (!writer.write(block)) await once(writer, 'drain');
  } catch (error) {
    return error;
  }
};

describe('a database whose connection breaks while it is written to', () => {
  it('is said to be away: the same request may succeed later', async () => {
    const path = join(tmpdir(), `rollcall-broken-${process.pid}.sock`);
    const server = createServer((socket) => void socket.once('data', () => socket.destroy())).listen(path);
    await once(server, 'listening');
    const writer = connect(path);
    await once(writer, 'connect');
    const error = await brokenBy(writer);
    expect(error).to.be.an.instanceOf(Error).and.to.have.property('syscall');
    expect(isStoreAway(error)).to.equal(true);
    expect(isStoreAway(new Error('write EPIPE')), 'by its code, not by its words').to.equal(false);
    server.close();
    await once(server, 'close');
  });
});

/**
 * A hub reduced to its engine: holds the data directory given as argument until it is killed. Says
 * `{ ready: { pid, uri } }` or `{ failed: { code, message } }` over IPC, and leaves on the message 'stop'.
 */
import { startEngine } from '../../server/data/engine.ts';

try {
  const engine = await startEngine({ dataDir: process.argv[2] ?? '' });
  process.on('message', async () => {
    await engine.stop();
    process.disconnect();
  });
  process.send?.({ ready: { pid: engine.pid, uri: engine.uri } });
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  process.send?.({ failed: { code, message } });
  process.disconnect();
}

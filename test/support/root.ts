import { stopEngine } from './engine.ts';
import { stopSharedRedis } from './hub.ts';

/** What all tests of a process share is stopped after the last of them. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await stopSharedRedis();
    await stopEngine();
  },
};

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { type Engine, startEngine } from '../../server/data/engine.ts';

type Shared = { uri: string; stop(): Promise<void> };

let shared: Promise<Shared> | undefined;
const databases: string[] = [];

/**
 * Address of a MongoDB database that no one else uses, e.g. for `MONGO_URL` or mongoose. The server is MONGO_URL
 * if that is set, else one engine for the whole test process, started by the first call (below 1 s).
 */
export async function freshDatabase(label = 'test'): Promise<string> {
  shared ??= process.env.MONGO_URL ? theirs(process.env.MONGO_URL) : ours();
  const { uri } = await shared;
  const name = `${label}-${randomBytes(6).toString('hex')}`;
  databases.push(name);
  const [, server, options = ''] = /^(\w[^?]*:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri) ?? [];
  if (!server) throw new Error('MONGO_URL is not an address of MongoDB');
  return `${server}/${name}${options}`;
}

/** Stops the engine of this test process and removes its data; on a MONGO_URL drops the databases given out. */
export async function stopEngine(): Promise<void> {
  const running = await shared;
  shared = undefined;
  await running?.stop();
}

/** Root hooks for mocha (`--require` this file): nothing is left after the last test. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000);
    await stopEngine();
  },
};

async function ours(): Promise<Shared> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-test-mongo-'));
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  let engine: Engine;
  try {
    engine = await startEngine({ dataDir, log });
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
  return {
    uri: engine.uri,
    async stop() {
      await engine.stop();
      await rm(dataDir, { recursive: true, force: true });
      // No test of the shared engine kills it: a restart means that it crashed.
      if (engine.restarts > 0) throw new Error(`the test engine crashed: ${lines.slice(-20).join('\n')}`);
    },
  };
}

async function theirs(uri: string): Promise<Shared> {
  return {
    uri,
    async stop() {
      const client = await new mongoose.mongo.MongoClient(uri).connect();
      await Promise.all(databases.splice(0).map((name) => client.db(name).dropDatabase()));
      await client.close();
    },
  };
}

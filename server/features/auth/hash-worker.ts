import { compareSync, hashSync } from 'bcryptjs';

/** What the pool asks of a worker. */
export type HashTask =
  | { readonly do: 'hash'; readonly password: string; readonly cost: number }
  | { readonly do: 'compare'; readonly password: string; readonly hash: string };

/** Runs in a thread of its own, where blocking is harmless. */
export default (task: HashTask): string | boolean =>
  task.do === 'hash' ? hashSync(task.password, task.cost) : compareSync(task.password, task.hash);

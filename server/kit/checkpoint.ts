/** Called between the steps of what must survive a crash, with a stable name; crash tests stop there. */
export type Checkpoint = (step: string) => void | Promise<void>;

/** Passes by. */
export const noCheckpoint: Checkpoint = () => {};

/** Kills this process, as a power cut would, when it comes to the named step; for crash tests. */
export const crashAt =
  (wanted: string | undefined): Checkpoint =>
  (step) => {
    if (step === wanted) process.kill(process.pid, 'SIGKILL');
  };

/** Some steps of the register, written as one. */
export type Batch = {
  /** Its place in the journal; the first is 1, and there is no gap. */
  readonly position: number;
  /** The first place that a recovery from this batch on needs. */
  readonly base: number;
  /** The writer's own mark, by which it knows its batch again. */
  readonly token: string;
  /** The steps in order, as JSON text. */
  readonly steps: string;
};

/**
 * Where the embedded register writes before it answers. Every promise settles within about 2 s, and rejects when the
 * outcome is unknown: the batch may be in the journal, or may get there later.
 */
export type Journal = {
  /** Writes a batch; true once it is durable. False when its position is taken, and then nothing was written. */
  append(batch: Batch): Promise<boolean>;
  /** Makes the batch at a position durable and tells its token, or null where there is none. */
  confirm(position: number): Promise<string | null>;
  /** The newest batch, or null in an empty journal. */
  last(): Promise<Batch | null>;
  /** Some batches from a position on, in order; none when nothing is left. */
  read(from: number): Promise<Batch[]>;
  /** Deletes the batches before a position. */
  forget(before: number): Promise<void>;
};

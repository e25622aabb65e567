import { Fault } from '../../shared/faults.ts';

/** How long a step waits for the journal before its caller is told that the outcome is unknown, in ms. */
const PATIENCE_MS = 2000;
/** One batch holds no more steps than this, so that the loop is never held for long. */
const BATCH_STEPS = 512;
/** Nor more text, in characters; a document of MongoDB holds 16 MB. */
const BATCH_TEXT = 2_000_000;

/** One change of the register. */
export type Step<T> = {
  /** How the journal has it, as JSON text. */
  readonly text: string;
  readonly take: () => T;
  /** True where taking the step would change nothing, also with plain steps `ahead`: then it is not written. */
  readonly needless: (ahead: boolean) => boolean;
  /** True for a mark; behind anything else nothing is certain until that is taken. */
  readonly plain: boolean;
};

/** A step that waits to be written. */
export type Waiting = {
  readonly text: string;
  readonly plain: boolean;
  readonly deadline: number;
  readonly needless: (ahead: boolean) => boolean;
  /** Takes the step and tells its caller, who may have given up by then. */
  readonly take: () => void;
  readonly refuse: (fault: Fault) => void;
};

/** The failure whose outcome is unknown. */
export const unavailable = (cause?: unknown) => new Fault('REGISTER_UNAVAILABLE', { cause });

/** The steps that wait for the journal, in order, none longer than 2 s. `why` says what they wait for. */
export const createLine = (why: () => unknown) => {
  let line: Waiting[] = [];
  let alarm: NodeJS.Timeout | undefined;

  const watch = () => {
    const [first] = line;
    if (first && alarm === undefined)
      alarm = setTimeout(expire, Math.max(1, first.deadline - performance.now()));
  };
  /** The line is in the order of its deadlines. */
  const expire = () => {
    alarm = undefined;
    const now = performance.now();
    const kept = line.findIndex(({ deadline }) => deadline > now);
    for (const { refuse } of line.splice(0, kept < 0 ? line.length : kept)) refuse(unavailable(why()));
    watch();
  };

  return {
    length: (): number => line.length,

    /** Joins the line; resolves with what `take` returns. Rejects with REGISTER_UNAVAILABLE when its time is up. */
    join: <T>({ text, take, needless, plain }: Step<T>): Promise<T> =>
      new Promise<T>((resolve, refuse) => {
        const answer = () => {
          try {
            resolve(take());
          } catch (error) {
            refuse(error);
          }
        };
        const deadline = performance.now() + PATIENCE_MS;
        line.push({ text, plain, deadline, needless, take: answer, refuse });
        watch();
      }),

    /**
     * The steps at the head of the line that one batch can hold. Those that need no writing are taken on the way,
     * where that is certain: behind marks, but not behind other steps, nor while earlier ones are `uncertain`.
     */
    gather(uncertain: boolean): Waiting[] {
      const batch: Waiting[] = [];
      const taken: Waiting[] = [];
      let length = 0;
      let certain = !uncertain;
      for (const waiting of line) {
        if (batch.length === BATCH_STEPS || (batch.length > 0 && length + waiting.text.length > BATCH_TEXT))
          break;
        if (certain && waiting.needless(batch.length > 0)) {
          waiting.take();
          taken.push(waiting);
          continue;
        }
        batch.push(waiting);
        length += waiting.text.length;
        certain &&= waiting.plain;
      }
      if (taken.length > 0) this.leave(taken);
      return batch;
    },

    /** Takes some out of the line. */
    leave(those: readonly Waiting[]): void {
      const gone = new Set(those);
      line = line.filter((waiting) => !gone.has(waiting));
    },

    /** Refuses all that wait. */
    refuseAll(): void {
      for (const { refuse } of line.splice(0)) refuse(unavailable(why()));
    },

    /** Stops the clock of an empty line. */
    close: (): void => clearTimeout(alarm),
  };
};

import type { Checkpoint } from '../../server/kit/checkpoint.ts';

type Hold = { come: () => void; readonly let: Promise<void> };

/** Stops a hub at steps that a test names, so that two things cross each other every time. */
export const createHolds = () => {
  const holds = new Map<string, Hold[]>();
  const checkpoint: Checkpoint = async (step) => {
    const hold = holds.get(step)?.shift();
    hold?.come();
    await hold?.let;
  };
  return {
    checkpoint,
    /** Holds the next who comes to a step: `reached` resolves when somebody is there, who waits for `go`. */
    at(step: string): { readonly reached: Promise<void>; go(): void } {
      let go = () => {};
      let come = () => {};
      const reached = new Promise<void>((resolve) => {
        come = resolve;
      });
      const released = new Promise<void>((resolve) => {
        go = resolve;
      });
      holds.set(step, [...(holds.get(step) ?? []), { come, let: released }]);
      return { reached, go };
    },
  };
};

import { Fault } from '../../shared/faults.ts';

/** The Fault that a promise is rejected with; it must be rejected, and with nothing else. */
export const faultOf = (promise: Promise<unknown>): Promise<Fault> =>
  promise.then(
    () => {
      throw new Error('it was expected to fail');
    },
    (cause: unknown) => {
      if (cause instanceof Fault) return cause;
      throw cause;
    },
  );

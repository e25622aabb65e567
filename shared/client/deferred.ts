/** A promise that is settled from outside. */
export type Deferred<T> = {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(why: Error): void;
};

/** A promise that is settled from outside. A rejection that nobody awaits does not end the process. */
export const deferred = <T>(): Deferred<T> => {
  let resolve: (value: T) => void = () => {};
  let reject: (why: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
};

/** A place where several wait for the same moment. */
export type Gate = {
  wait(): Promise<void>;
  /** Lets everyone through who waits now, or sends them away with `why`. */
  open(why?: Error): void;
};

/** A place where several wait for the same moment. */
export const createGate = (): Gate => {
  let next = deferred<void>();
  return {
    wait: () => next.promise,
    open(why) {
      const now = next;
      next = deferred();
      if (why) now.reject(why);
      else now.resolve();
    },
  };
};

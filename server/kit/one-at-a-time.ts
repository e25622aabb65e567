/** Runs what is asked for one key in its order, one after the other; other keys are not held up. */
export const createOneAtATime = <Key>() => {
  const lines = new Map<Key, Promise<unknown>>();
  return <T>(key: Key, run: () => Promise<T>): Promise<T> => {
    const before = lines.get(key);
    const mine = before === undefined ? run() : before.then(run);
    const over = mine.then(
      () => {},
      () => {},
    );
    lines.set(key, over);
    void over.then(() => {
      if (lines.get(key) === over) lines.delete(key);
    });
    return mine;
  };
};

/**
 * Lets callers at the same time share one read. A caller never gets a read that began before it asked: those who ask
 * while one is under way share the next.
 */
export const createSharedRead = <Key, Value>(read: (key: Key) => Promise<Value>) => {
  const underWay = new Map<Key, Promise<unknown>>();
  const next = new Map<Key, Promise<Value>>();

  const start = (key: Key): Promise<Value> => {
    const value = read(key);
    const settled = value.then(
      () => {},
      () => {},
    );
    underWay.set(key, settled);
    void settled.then(() => {
      if (underWay.get(key) === settled) underWay.delete(key);
    });
    return value;
  };

  return (key: Key): Promise<Value> => {
    const waiting = next.get(key);
    if (waiting) return waiting;
    const before = underWay.get(key);
    if (!before) return start(key);
    const value = before.then(() => {
      next.delete(key);
      return start(key);
    });
    next.set(key, value);
    return value;
  };
};

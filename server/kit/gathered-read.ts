/** How many keys go into one read. */
const MOST = 500;

/**
 * Lets those who ask for one thing each at the same time share one read of many: a class that comes back after its
 * Wi-Fi did costs a few queries, not a few per pupil. A caller never gets a read that began before it asked: those who
 * ask while one is under way share the next. `readMany` answers with how to look a key up.
 */
export const createGatheredRead = <Key, Value>(
  readMany: (keys: readonly Key[]) => Promise<(key: Key) => Value>,
): ((key: Key) => Promise<Value>) => {
  type Asker = { key: Key; resolve: (value: Value) => void; reject: (error: unknown) => void };
  const waiting: Asker[] = [];
  let reading = false;

  const readOn = async () => {
    reading = true;
    while (waiting.length > 0) {
      // What is asked for in the same breath goes along.
      await undefined;
      const askers = waiting.splice(0, MOST);
      try {
        const found = await readMany([...new Set(askers.map(({ key }) => key))]);
        for (const { key, resolve } of askers) resolve(found(key));
      } catch (error) {
        for (const { reject } of askers) reject(error);
      }
    }
    reading = false;
  };

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (!reading) void readOn();
    });
};

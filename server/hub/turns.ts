type Turn = { readonly together: boolean; readonly run: () => Promise<void> };

/**
 * Lets one connection's messages take effect and be answered in the order in which they came. Those that may go
 * together do not wait for one another; each of the others waits for all before it and holds up all after it.
 */
export const createTurns = () => {
  let underWay = 0;
  let alone = false;
  let line: Turn[] | undefined;

  const mayStart = (together: boolean) => !alone && (together || underWay === 0);

  const start = ({ together, run }: Turn): void => {
    underWay += 1;
    alone = !together;
    void run().finally(over);
  };

  const over = () => {
    underWay -= 1;
    alone = false;
    while (line) {
      const [first] = line;
      if (first && !mayStart(first.together)) return;
      line.shift();
      if (line.length === 0) line = undefined;
      if (first) start(first);
    }
  };

  /** Runs it when it is its turn, at once where nothing is in its way. `run` must not reject. */
  return (together: boolean, run: () => Promise<void>): void => {
    if (!line && mayStart(together)) start({ together, run });
    else if (line) line.push({ together, run });
    else line = [{ together, run }];
  };
};
export type Turns = ReturnType<typeof createTurns>;

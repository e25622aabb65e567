import type { Transport } from '../shared/client/index.ts';
import { Fault } from '../shared/faults.ts';

/** A transport whose present connection can be broken. */
export const breakable = (transport: Transport): { transport: Transport; cut: () => void } => {
  let cut = () => {};
  return {
    cut: () => cut(),
    transport: {
      name: transport.name,
      open(token, on, timers) {
        const connection = transport.open(token, on, timers);
        cut = () => {
          connection.close();
          on.closed(new Fault('DISCONNECTED', { cause: 'broken on purpose' }));
        };
        return connection;
      },
    },
  };
};

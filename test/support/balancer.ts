import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP balancer in front of several hubs, as a proxy stands in front of them. */
export type Balancer = {
  readonly url: string;
  close(): Promise<void>;
};

/**
 * Hands each new connection to the next of the ports, and to the one after that where nobody listens. It breaks a
 * connection when its other half breaks, and never moves one.
 */
export const startBalancer = async (ports: readonly number[]): Promise<Balancer> => {
  const open = new Set<Socket>();
  let turn = 0;
  const kept = (socket: Socket): Socket => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return socket;
  };

  const hand = (client: Socket, tries: number): void => {
    const port = ports[turn++ % ports.length];
    if (port === undefined || tries === 0) return void client.destroy();
    const hub = kept(connect(port, '127.0.0.1'));
    let reached = false;
    hub.once('connect', () => {
      reached = true;
      client.pipe(hub).pipe(client);
    });
    hub.on('error', () => {
      if (reached) client.destroy();
      else hand(client, tries - 1);
    });
    hub.once('close', () => reached && client.destroy());
    client.once('close', () => hub.destroy());
  };

  const server = createServer((client) => {
    kept(client).on('error', () => client.destroy());
    hand(client, ports.length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

import { useEffect, useState, useSyncExternalStore } from 'react';
import { io } from 'socket.io-client';
import {
  type ClassView,
  type Client,
  createClient,
  socketIoTransport,
} from '../../../shared/client/index.ts';
import { connection, refused, waiting } from './live-state.ts';
import { keepRefused } from './missed.ts';
import { indexedDbOutbox } from './outbox.ts';
import { session } from './session.ts';

let current: { userId: string; client: Client } | undefined;

/** The one live connection of whoever is signed in; it begins when it is first asked for. */
export const live = (): Client => {
  const now = session.state.get();
  if (now.status !== 'in') throw new Error('nobody is signed in');
  if (current?.userId === now.user.id) return current.client;
  void current?.client.close();
  const client = createClient({
    transport: socketIoTransport({ io, url: location.origin }),
    token: () => session.renew(),
    outbox: indexedDbOutbox(now.user.id),
    onState: (state) => connection.set(state),
    onWaiting: (_, students) => waiting.set(students),
    onRefused(one) {
      keepRefused(now.user.id, one);
      refused(one);
    },
  });
  current = { userId: now.user.id, client };
  // What it ends with is in its state.
  client.connect().catch(() => {});
  return client;
};

// Whoever leaves takes the connection along.
session.state.subscribe(() => {
  const now = session.state.get();
  if (now.status === 'in' && now.user.id === current?.userId) return;
  void current?.client.close();
  current = undefined;
  connection.set('idle');
  waiting.set(0);
});
// A tablet that wakes up, or whose Wi-Fi is back, need not wait for the next try.
for (const event of ['online', 'focus'])
  window.addEventListener(event, () => current?.client.connect().catch(() => {}));

/** A live view of a class, and what watches it: components read from it with `useOf`. */
export const useClassView = (classId: string): ClassView => {
  const [view, setView] = useState(() => live().watch(classId));
  useEffect(() => setView(live().watch(classId)), [classId]);
  return view;
};

/** Something read from a live view; the component is drawn again only when that is another value. */
export const useOf = <T>(view: ClassView, read: (view: ClassView) => T): T =>
  useSyncExternalStore(view.onChange, () => read(view));

import type { BindableDevice } from '../../../shared/rest/devices.ts';
import type { Devices } from '../../data/devices.ts';
import type { Sessions } from '../../data/sessions.ts';

type Deps = { readonly devices: Pick<Devices, 'list'>; readonly sessions: Pick<Sessions, 'boundDevices'> };

/** What whoever starts a session may bind it to: names, and whether another has the device now (SE5). */
export const createBindable =
  ({ devices, sessions }: Deps) =>
  async (page: {
    limit: number;
    cursor?: string | undefined;
  }): Promise<{ items: BindableDevice[]; nextCursor: string | null }> => {
    const { items, nextCursor } = await devices.list({ ...page, revoked: false });
    const bound = await sessions.boundDevices(items.map(({ deviceId }) => deviceId));
    return {
      items: items.map(({ id, deviceId, name }) => ({ id, deviceId, name, inUse: bound.has(deviceId) })),
      nextCursor,
    };
  };
export type Bindable = ReturnType<typeof createBindable>;

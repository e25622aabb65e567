import { useState } from 'react';
import type { DeviceView } from '../../../../shared/rest/devices.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/feedback.tsx';
import { Choices, Form, SelectField, TextField } from '../../ui/form.tsx';
import styles from './admin.module.css';
import { Confirm, ShownOnce } from './parts.tsx';

const DEVICES = '/api/v1/devices';
type WithKey = DeviceView & { readonly key: string };

/** What is open over the devices. */
export type Over =
  | { readonly what: 'new' }
  | { readonly what: 'bind'; readonly serial: string }
  | { readonly what: 'edit' | 'rotate' | 'revoke' | 'delete' | 'command'; readonly device: DeviceView };

/** Everything that is asked before a device is made, changed or ended. A new key is shown in the end, this once. */
export const DeviceDialog = ({
  over,
  devices,
  onClose,
}: {
  over: Over;
  devices: readonly DeviceView[];
  onClose: () => void;
}) => {
  const { admin, common } = useTexts();
  const words = admin.devices;
  const [made, setMade] = useState<WithKey>();
  if (made)
    return (
      <ShownOnce
        key="made"
        title={words.keyOf(made.name)}
        label={words.key}
        value={made.key}
        onClose={onClose}
      />
    );
  const keyed = (device: WithKey) => {
    setMade(device);
    void refresh(DEVICES);
  };
  if (over.what === 'new') return <NewDevice onMade={keyed} onClose={onClose} />;
  if (over.what === 'bind') return <Bind serial={over.serial} devices={devices} onClose={onClose} />;
  const { device } = over;
  switch (over.what) {
    case 'edit':
      return <EditDevice device={device} onClose={onClose} />;
    case 'rotate':
      return <Rotate device={device} onMade={keyed} onClose={onClose} />;
    case 'command':
      return <Command device={device} onClose={onClose} />;
    case 'revoke':
      return (
        <Confirm
          title={words.revokeWhat(device.name)}
          note={words.revokeNote}
          action={words.revoke}
          onClose={onClose}
          onConfirm={async () => {
            await authorized('POST', `${DEVICES}/${device.id}/revoke`);
            toast(words.nowRevoked(device.name));
            void refresh(DEVICES);
          }}
        />
      );
    case 'delete':
      return (
        <Confirm
          title={admin.deleteWhat(device.name)}
          note={words.deleteNote}
          action={common.delete}
          onClose={onClose}
          onConfirm={async () => {
            await authorized('DELETE', `${DEVICES}/${device.id}`);
            toast(admin.deleted(device.name));
            void refresh(DEVICES);
          }}
        />
      );
  }
};

const NewDevice = ({ onMade, onClose }: { onMade: (device: WithKey) => void; onClose: () => void }) => {
  const { admin, common } = useTexts();
  const words = admin.devices;
  return (
    <Dialog title={words.new} onClose={onClose}>
      <Form
        submit={common.save}
        onSubmit={async (body) => onMade(await authorized<WithKey>('POST', DEVICES, { body }))}
      >
        <TextField label={words.label} name="name" autoComplete="off" />
        <TextField label={words.id} name="deviceId" hint={words.idHint} autoComplete="off" />
      </Form>
    </Dialog>
  );
};

const EditDevice = ({ device, onClose }: { device: DeviceView; onClose: () => void }) => {
  const { admin, common } = useTexts();
  const words = admin.devices;
  return (
    <Dialog title={words.edit(device.name)} onClose={onClose}>
      <Form
        submit={common.save}
        onSubmit={async ({ name, serial }) => {
          await authorized('PATCH', `${DEVICES}/${device.id}`, { body: { name, serial: serial || null } });
          toast(admin.saved);
          void refresh(DEVICES);
          onClose();
        }}
      >
        <TextField label={words.label} name="name" defaultValue={device.name} />
        <TextField
          label={words.serial}
          name="serial"
          hint={words.serialHint}
          defaultValue={device.serial ?? ''}
          optional
        />
      </Form>
    </Dialog>
  );
};

const GRACES = [0, 60, 1440, 10080] as const;

const Rotate = ({
  device,
  onMade,
  onClose,
}: {
  device: DeviceView;
  onMade: (device: WithKey) => void;
  onClose: () => void;
}) => {
  const words = useTexts().admin.devices;
  return (
    <Dialog title={words.rotateWhat(device.name)} onClose={onClose}>
      <Form
        submit={words.rotate}
        onSubmit={async ({ graceMinutes }) => {
          const body = { graceMinutes: Number(graceMinutes) };
          onMade(await authorized<WithKey>('POST', `${DEVICES}/${device.id}/rotate-key`, { body }));
        }}
      >
        <p>{words.rotateNote}</p>
        <Choices
          legend={words.grace}
          name="graceMinutes"
          value="1440"
          options={GRACES.map((one) => [String(one), words.graces[one]])}
        />
      </Form>
    </Dialog>
  );
};

const Bind = ({
  serial,
  devices,
  onClose,
}: {
  serial: string;
  devices: readonly DeviceView[];
  onClose: () => void;
}) => {
  const words = useTexts().admin.devices;
  const free = devices.filter((device) => device.revokedAt === null && device.serial === null);
  return (
    <Dialog title={words.bindWhat(serial)} onClose={onClose}>
      {free.length === 0 ? (
        <p>{words.noneToBind}</p>
      ) : (
        <Form
          submit={words.bind}
          onSubmit={async ({ id }) => {
            const { name } = await authorized<DeviceView>('PATCH', `${DEVICES}/${id}`, { body: { serial } });
            toast(words.bound(name));
            void refresh(DEVICES);
            onClose();
          }}
        >
          <SelectField label={words.bindTo} name="id" required>
            {free.map(({ id, name, deviceId }) => (
              <option key={id} value={id}>
                {name} ({deviceId})
              </option>
            ))}
          </SelectField>
        </Form>
      )}
    </Dialog>
  );
};

/** What somebody wrote into a field of a moment, by the clock of this browser, as ISO 8601; nothing stays nothing. */
export const momentOf = (text: string | undefined): string | undefined =>
  text ? new Date(text).toISOString() : undefined;

const Command = ({ device, onClose }: { device: DeviceView; onClose: () => void }) => {
  const { admin } = useTexts();
  const words = admin.devices;
  const [kind, setKind] = useState<'query' | 'clock'>('query');
  return (
    <Dialog title={words.commandFor(device.name)} onClose={onClose}>
      <Form
        submit={words.ask}
        onSubmit={async ({ from, to }) => {
          const body = kind === 'clock' ? { kind } : { kind, from: momentOf(from), to: momentOf(to) };
          await authorized('POST', `${DEVICES}/${device.id}/commands`, { body });
          toast(words.asked);
          onClose();
        }}
      >
        <p>{words.commandNote}</p>
        <Choices
          legend={words.command}
          name="kind"
          value={kind}
          onChoose={setKind}
          options={[
            ['query', words.query],
            ['clock', words.clock],
          ]}
        />
        {kind === 'query' && (
          <div className={styles.two}>
            <TextField label={admin.from} name="from" type="datetime-local" />
            <TextField label={admin.to} name="to" type="datetime-local" />
          </div>
        )}
      </Form>
    </Dialog>
  );
};

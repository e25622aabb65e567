import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { z } from 'zod';
import type { DeviceView, StrangerView } from '../../../../shared/rest/devices.ts';
import { useAll } from '../../lib/all.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Cards } from '../../ui/card.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { DeviceCard } from './device-card.tsx';
import { DeviceDialog, type Over } from './device-dialogs.tsx';
import { RowActions } from './parts.tsx';

type Stranger = z.infer<typeof StrangerView>;

/** What recognizes students by itself, and the terminals that nobody knows yet. */
const Devices = () => {
  const words = useTexts().admin.devices;
  const devices = useAll<DeviceView>('/api/v1/devices');
  const [over, setOver] = useState<Over>();
  return (
    <>
      <Head title={words.title} note={words.note}>
        <Button icon={Plus} variant="primary" onClick={() => setOver({ what: 'new' })}>
          {words.new}
        </Button>
      </Head>
      <Asked query={devices}>
        {(all) =>
          all.length === 0 ? (
            <State title={words.empty} note={words.emptyNote} />
          ) : (
            <Cards>
              {all
                .toSorted(
                  (a, b) =>
                    Number(a.revokedAt !== null) - Number(b.revokedAt !== null) ||
                    a.name.localeCompare(b.name),
                )
                .map((device) => (
                  <li key={device.id}>
                    <DeviceCard device={device} onOpen={setOver} />
                  </li>
                ))}
            </Cards>
          )
        }
      </Asked>
      <Strangers onBind={(serial) => setOver({ what: 'bind', serial })} />
      {over && (
        <DeviceDialog over={over} devices={devices.data?.data ?? []} onClose={() => setOver(undefined)} />
      )}
    </>
  );
};
export default Devices;

const Strangers = ({ onBind }: { onBind: (serial: string) => void }) => {
  const { admin } = useTexts();
  const words = admin.devices;
  const format = useFormat();
  const strangers = useShown<Stranger[]>('/api/v1/devices/terminals');
  return (
    <div className={styles.block}>
      <h2>{words.strangers}</h2>
      <p className={styles.soft}>{words.strangersNote}</p>
      <Asked query={strangers}>
        {(all) =>
          all.length === 0 ? (
            <p>{words.noStrangers}</p>
          ) : (
            <Table
              stack
              caption={words.strangers}
              rows={all}
              keyOf={({ serial }) => serial}
              columns={[
                { key: 'serial', head: words.serial, cell: ({ serial }) => <bdi>{serial}</bdi> },
                { key: 'address', head: words.address, cell: ({ address }) => <bdi>{address}</bdi> },
                {
                  key: 'first',
                  head: words.firstSeen,
                  cell: (one) => format.moment(one.firstSeenAt),
                  short: true,
                },
                {
                  key: 'last',
                  head: words.lastSeen,
                  cell: (one) => format.moment(one.lastSeenAt),
                  short: true,
                },
                {
                  key: 'actions',
                  head: <span className="unseen">{admin.actions}</span>,
                  cell: ({ serial }) => (
                    <RowActions>
                      <Button size="small" aria-label={words.bindWhat(serial)} onClick={() => onBind(serial)}>
                        {words.bind}
                      </Button>
                    </RowActions>
                  ),
                },
              ]}
            />
          )
        }
      </Asked>
    </div>
  );
};

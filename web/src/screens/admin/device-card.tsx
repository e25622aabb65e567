import { Ban, KeyRound, Pencil, SquareTerminal, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeviceView } from '../../../../shared/rest/devices.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import styles from './admin.module.css';
import type { Over } from './device-dialogs.tsx';
import { Chip, Facts } from './parts.tsx';

/** A clock that is this far off, in ms, is worth a look: an event that far off is set aside sooner or later. */
const NOTABLE_SKEW_MS = 5_000;

const useHealth = ({ health, lastSeenAt, serial, previousKeyUntil }: DeviceView) => {
  const { admin, faults } = useTexts();
  const words = admin.devices;
  const format = useFormat();
  const skew = (ms: number) => {
    const seconds = Math.round(Math.abs(ms) / 1000);
    const text = words.seconds(seconds);
    if (seconds === 0) return words.exact;
    const said = ms > 0 ? words.ahead(text) : words.behind(text);
    return Math.abs(ms) < NOTABLE_SKEW_MS ? said : <Chip tone="warn">{said}</Chip>;
  };
  const why = (code: string) => ({ ...faults, ...admin.review.reasons })[code as keyof typeof faults] ?? code;
  const facts: [string, ReactNode][] = [
    [words.lastSeen, lastSeenAt === null ? words.never : format.moment(lastSeenAt)],
    [words.backlog, health.backlog === null ? '–' : format.number(health.backlog)],
    [words.skew, health.skewMs === null ? '–' : skew(health.skewMs)],
  ];
  if (serial !== null) facts.push([words.serial, <bdi key="serial">{serial}</bdi>]);
  if (health.unkept > 0)
    facts.push([
      words.unkept,
      <Chip key="unkept" tone="warn">
        {words.unkeptNote(health.unkept)}
      </Chip>,
    ]);
  if (health.lastError)
    facts.push([words.lastError, `${why(health.lastError.code)} · ${format.moment(health.lastError.at)}`]);
  const isKeyChanging = previousKeyUntil !== null && Date.parse(previousKeyUntil) > Date.now();
  return { facts, grace: isKeyChanging ? words.graceUntil(format.moment(previousKeyUntil)) : undefined };
};

/** One device: how it is doing, and what can be done with it. */
export const DeviceCard = ({ device, onOpen }: { device: DeviceView; onOpen: (over: Over) => void }) => {
  const { admin, common } = useTexts();
  const words = admin.devices;
  const { facts, grace } = useHealth(device);
  const { name } = device;
  const revoked = device.revokedAt !== null;
  return (
    <Card>
      <div className={styles.top}>
        <div>
          <h2>{name}</h2>
          <bdi className={styles.code}>{device.deviceId}</bdi>
        </div>
        {revoked ? <Chip tone="off">{words.revoked}</Chip> : <Chip tone="good">{words.active}</Chip>}
      </div>
      <Facts of={facts} />
      {grace && <p className={styles.soft}>{grace}</p>}
      <div className={styles.buttons}>
        {!revoked && (
          <Button
            size="small"
            icon={KeyRound}
            aria-label={words.rotateWhat(name)}
            onClick={() => onOpen({ what: 'rotate', device })}
          >
            {words.rotate}
          </Button>
        )}
        {!revoked && device.serial !== null && (
          <Button
            size="small"
            icon={SquareTerminal}
            aria-label={words.commandFor(name)}
            onClick={() => onOpen({ what: 'command', device })}
          >
            {words.command}
          </Button>
        )}
        {!revoked && (
          <Button
            size="small"
            icon={Ban}
            aria-label={`${words.revoke}: ${name}`}
            onClick={() => onOpen({ what: 'revoke', device })}
          >
            {words.revoke}
          </Button>
        )}
        <IconButton
          size="small"
          icon={Pencil}
          label={words.edit(name)}
          onClick={() => onOpen({ what: 'edit', device })}
        />
        {revoked && (
          <IconButton
            size="small"
            icon={Trash2}
            label={`${common.delete}: ${name}`}
            onClick={() => onOpen({ what: 'delete', device })}
          />
        )}
      </div>
    </Card>
  );
};

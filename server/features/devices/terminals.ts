import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import { MOST_RECOGNITIONS } from '../../../shared/protocol/index.ts';
import type { NewTerminalCommand } from '../../../shared/rest/devices.ts';
import type { Device, Devices } from '../../data/devices.ts';
import type { Strangers } from '../../data/strangers.ts';
import type { TerminalCommands } from '../../data/terminal-commands.ts';
import { readCommandAnswers, readPunches, terminalOptions, terminalText } from '../../domain/punches.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Registry } from './registry.ts';
import type { Scanning } from './scanning.ts';

/** How long a terminal has to carry out a command before it is sent once more, in ms. */
const AGAIN_AFTER_MS = 60_000;
/** How often an unknown serial is written down, in ms. */
const NOTE_EVERY_MS = 5_000;

type Deps = {
  readonly devices: Pick<Devices, 'find' | 'findBySerial'>;
  readonly strangers: Pick<Strangers, 'list' | 'saw'>;
  readonly commands: Pick<TerminalCommands, 'add' | 'done' | 'next'>;
  readonly scanning: Pick<Scanning, 'take'>;
  readonly registry: Pick<Registry, 'note'>;
  readonly clock: Clock;
  readonly timeZone: string;
};

/** Terminals that push by themselves: they have a serial number in place of a key (DV8, DV9). */
export const createTerminals = (deps: Deps) => {
  const { devices, strangers, commands, scanning, registry, clock, timeZone } = deps;
  const noted = new Map<string, number>();

  return {
    /** The device that a serial is bound to; null, and kept for an admin to see, when there is none. */
    async identify(serial: string, address: string): Promise<Device | null> {
      const device = await devices.findBySerial(serial);
      if (device !== null && device.revokedAt === null) {
        registry.note(device.id);
        return device;
      }
      const now = clock.now();
      if (now - (noted.get(serial) ?? 0) >= NOTE_EVERY_MS) {
        if (noted.size > 10_000) noted.clear();
        noted.set(serial, now);
        await strangers.saw(serial, address, new Date(now));
      }
      return null;
    },

    options: (serial: string): string => terminalOptions(serial, timeZone, clock.now()),

    /** Takes the rows of an ATTLOG in; how many there were, when all that counts or may yet count is durable (DV9). */
    async punches(device: Device, text: string): Promise<number> {
      const rows = readPunches(text);
      for (let first = 0; first < rows.length; first += MOST_RECOGNITIONS)
        await scanning.take(device, rows.slice(first, first + MOST_RECOGNITIONS), {}, 'terminal');
      return rows.length;
    },

    /** What the terminal is to do next, in its words; null when there is nothing. */
    async next(device: Device): Promise<string | null> {
      const now = clock.now();
      const kept = await commands.next(device.id, new Date(now), new Date(now - AGAIN_AFTER_MS));
      return kept && `C:${kept.id}:${terminalText(kept.command, timeZone, now)}`;
    },

    async answered(device: Device, text: string): Promise<void> {
      for (const { id, returned } of readCommandAnswers(text))
        await commands.done(device.id, id, returned, new Date(clock.now()));
    },

    /** Asks a terminal to do something when it next calls. DEVICE_NOT_FOUND; INVALID_REQUEST when it is no terminal. */
    async ask(id: UserId, command: NewTerminalCommand) {
      const device = await devices.find(id);
      if (device === null) throw new Fault('DEVICE_NOT_FOUND');
      if (device.serial === null)
        throw new Fault('INVALID_REQUEST', {
          details: [{ path: 'id', message: 'is bound to no serial number' }],
        });
      const kept = await commands.add(id, command, new Date(clock.now()));
      return { id: kept.id, kind: command.kind, askedAt: kept.askedAt.toISOString() };
    },

    strangers: async () =>
      (await strangers.list()).map(({ firstSeenAt, lastSeenAt, ...stranger }) => ({
        ...stranger,
        firstSeenAt: firstSeenAt.toISOString(),
        lastSeenAt: lastSeenAt.toISOString(),
      })),
  };
};
export type Terminals = ReturnType<typeof createTerminals>;

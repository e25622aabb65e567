import { recognized } from '../../../shared/protocol/index.ts';
import { type Handler, on } from '../../hub/on.ts';
import type { Scanning } from './scanning.ts';

/** What devices say over either wire. */
export const deviceHandlers = ({ scanning }: { scanning: Pick<Scanning, 'scan'> }): Handler[] => [
  on(recognized, async (said, who) => await scanning.scan(who, said)),
];

import type { Counts } from '../../../../shared/status.ts';

/** How many have been seen to be there. */
export const hereOf = ({ present, late, partial }: Counts): number => present + late + partial;

/** What the ring shows: it fills as people come. Who is missing is not for the whole room. */
export const filling = (counts: Counts): Counts => ({
  ...counts,
  absent: 0,
  excused: 0,
  unmarked: counts.unmarked + counts.absent + counts.excused,
});

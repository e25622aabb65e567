import type { Counts } from '../../../../shared/status.ts';

/** How many have been seen to be there. */
export const hereOf = ({ present, late, partial }: Counts): number => present + late + partial;

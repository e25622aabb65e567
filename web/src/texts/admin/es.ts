import { admin as en } from './en.ts';

export const admin: typeof en = en;

import { z } from 'zod';
import type { Envelope } from '../rest/route.ts';

const bare = (data: unknown) => data;
const asIs = (schema: z.ZodType) => schema;
const plain = (name: string) => z.object({ [name]: z.string() });

/** The second and fifth systems: bare answers, failures as `{ detail }`. */
export const detailEnvelope: Envelope = {
  success: bare,
  failure: ({ error }) => ({ detail: error }),
  successSchema: asIs,
  failureSchema: plain('detail'),
};

/** The second system: as `detailEnvelope`, where the detail of a failed schema is what the fields say of themselves. */
export const sentenceEnvelope: Envelope = {
  ...detailEnvelope,
  failure: ({ error, code, details = [] }) => {
    const said = code === 'INVALID_REQUEST' ? details.map(({ message }) => message) : [];
    return { detail: said.length > 0 ? said.join('; ') : error };
  },
};

/** The third system: bare answers, failures as `{ error }`. */
export const errorEnvelope: Envelope = {
  success: bare,
  failure: ({ error, details }) => ({ error, ...(details === undefined ? {} : { details }) }),
  successSchema: asIs,
  failureSchema: plain('error'),
};

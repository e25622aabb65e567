import type { z } from 'zod';
import { Fault, type FaultCode } from '../../shared/faults.ts';
import { ClassId } from '../../shared/ids.ts';

/** An id out of a path or a body. One that cannot be an id is one that is not there: `code`. */
export const known = <S extends z.ZodType>(schema: S, text: string, code: FaultCode): z.output<S> => {
  const parsed = schema.safeParse(text.toLowerCase());
  if (!parsed.success) throw new Fault(code);
  return parsed.data;
};

/** CLASS_NOT_FOUND. */
export const classIdOf = (text: string): ClassId => known(ClassId, text, 'CLASS_NOT_FOUND');

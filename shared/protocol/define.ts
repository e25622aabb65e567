import { z } from 'zod';
import type { Role } from '../status.ts';

/** How often one connection may send one kind of message: a token bucket. */
export type Limit = { readonly perSecond: number; readonly burst: number };

/** A message that a client sends and that the server answers. */
export type Command<
  Name extends string = string,
  Data extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> = {
  readonly kind: 'command';
  readonly name: Name;
  /** One sentence for the docs. */
  readonly summary: string;
  /** Which roles may send it; membership of the class is checked after that. */
  readonly from: readonly Role[];
  readonly data: Data;
  readonly reply: Reply;
  readonly limit: Limit;
  /** True: a sender who asked for no acknowledgement gets the reply as an event of the same name. */
  readonly answers?: true;
  /** True: does not wait for those of the sender that came before it. Everything else is carried out one by one. */
  readonly together?: true;
};

/**
 * Who hears an event.
 * - `staff`: the teachers of the class.
 * - `subject`: the one student whom it is about.
 * - `students`: every student of the class (with `staff` = everyone in the class).
 * - `students-if-open`: every student, only where the class's visibility is `open`.
 * - `synced`: those in the class who have sent SYNC.
 * - `synced-staff`, `synced-subject`: of those, the staff, or the student whom it is about.
 * - `one`: the one connection that it answers.
 */
export type Audience =
  | 'staff'
  | 'subject'
  | 'students'
  | 'students-if-open'
  | 'synced'
  | 'synced-staff'
  | 'synced-subject'
  | 'one';

/** A message that the server sends on its own. The audience is the whole rule of who may hear it (AU1). */
export type Event<Name extends string = string, Data extends z.ZodType = z.ZodType> = {
  readonly kind: 'event';
  readonly name: Name;
  readonly summary: string;
  readonly data: Data;
  readonly audience: readonly Audience[];
};

/** What a definition's data looks like once validated. */
export type DataOf<D extends { data: z.ZodType }> = z.output<D['data']>;
/** What a sender may write for a command's data. */
export type InputOf<D extends { data: z.ZodType }> = z.input<D['data']>;
/** What a command is answered with. */
export type ReplyOf<C extends { reply: z.ZodType }> = z.output<C['reply']>;

const hasClassId = (data: z.ZodType): boolean =>
  data instanceof z.ZodObject
    ? 'classId' in data.shape
    : data instanceof z.ZodUnion && data.options.some((option) => hasClassId(option as z.ZodType));

/** Whether a command may say in `classId` which class it is for. */
export const namesClass = ({ data }: Command): boolean => hasClassId(data);

/** Declares a command. */
export const command = <Name extends string, Data extends z.ZodType, Reply extends z.ZodType>(
  name: Name,
  rest: Omit<Command<Name, Data, Reply>, 'kind' | 'name'>,
): Command<Name, Data, Reply> => ({ kind: 'command', name, ...rest });

/** Declares an event. */
export const event = <Name extends string, Data extends z.ZodType>(
  name: Name,
  rest: Omit<Event<Name, Data>, 'kind' | 'name'>,
): Event<Name, Data> => ({ kind: 'event', name, ...rest });

import type { ClassId } from '../../shared/ids.ts';
import type { Command, DataOf, ReplyOf } from '../../shared/protocol/index.ts';
import type { Who } from '../domain/who.ts';

/** Who sent a message, and what their connection may reach at this moment (AU2). */
export type Caller = Who & {
  /** The classes that they teach. */
  readonly teaches: readonly ClassId[];
  /** The classes that they attend. */
  readonly attends: readonly ClassId[];
  /** From now on this connection hears the counts and session events of the class (AU4). Following starts first. */
  sync(classId: ClassId): Promise<void>;
  /** Replaces the end of this connection's token, milliseconds since 1970. */
  renewed(expiresAt: number): void;
};

/** A command with what it does. */
export type Handler = {
  readonly command: Command;
  readonly run: (data: unknown, who: Caller) => Promise<unknown>;
};

/** Binds a command to what it does; `data` has passed the command's schema and the sender has one of its roles. */
export const on = <C extends Command>(
  command: C,
  run: (data: DataOf<C>, who: Caller) => Promise<ReplyOf<C>>,
): Handler => ({ command, run: run as Handler['run'] });

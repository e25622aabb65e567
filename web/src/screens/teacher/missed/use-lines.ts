import { useEffect, useMemo } from 'react';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import type { Page } from '../../../lib/all.ts';
import { isAway, withQuery } from '../../../lib/api.ts';
import { keepMissed, type Missed, settleMissed } from '../../../lib/missed.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { useRecords } from '../records/use-records.ts';
import { agrees, isTooLate, type Line, linesOf, sessionFor } from './gather.ts';

/** How often it is looked whether a register that is over is written by now, in ms. */
const WRITTEN_MS = 1_500;

/** What is known of marks that one register did not take. */
export type Known = {
  readonly lines: readonly Line[];
  readonly session?: SessionView;
  /** The register cannot be read by this teacher any more. */
  readonly isGone: boolean;
};

/** The marks of one session beside its records; those that the records agree with are settled by that. */
export const useLines = (sessionId: string, marks: readonly Missed[]): Known => {
  const path = `/api/v1/sessions/${sessionId}`;
  const asked = useShown<SessionView>(path);
  const session = asked.data?.data;
  const records = useRecords(sessionId);
  const state = session?.state;
  const isOver = marks.some(isTooLate);
  useEffect(() => {
    if (!isOver || (state !== 'live' && state !== 'closing')) return;
    void refresh(path);
    const timer = setInterval(() => void refresh(path), WRITTEN_MS);
    return () => clearInterval(timer);
  }, [isOver, state, path]);
  // What was read of the records before they were all there.
  useEffect(() => {
    if (state === 'final') void refresh('/api/v1/attendance/records');
  }, [state]);

  const shown = records.data;
  const lines = useMemo(() => linesOf(marks, shown?.data), [marks, shown]);
  const isNewest = state === 'final' && shown !== undefined && shown.since === undefined;
  useEffect(() => {
    if (!isNewest) return;
    const agreed = lines.filter(agrees).flatMap(({ all }) => all);
    if (agreed.length > 0) settleMissed(agreed);
  }, [isNewest, lines]);
  return {
    lines,
    ...(session && { session }),
    isGone: asked.isError && !session && !isAway(asked.error),
  };
};

/** Finds the register for marks that were made before this browser knew of one: by the time at which they were made. */
export const useBinding = (classId: string, marks: readonly Missed[]): void => {
  const isAsked = marks.length > 0;
  const asked = useShown<Page<SessionView>>(
    isAsked ? withQuery('/api/v1/sessions', { classId, limit: 50 }) : undefined,
  );
  const sessions = asked.data?.since === undefined ? asked.data?.data.items : undefined;
  useEffect(() => {
    if (!sessions) return;
    const bound = marks.flatMap((one) => {
      const session = sessionFor(one, sessions);
      return session ? [{ ...one, mark: { ...one.mark, sessionId: session.id } }] : [];
    });
    if (bound.length > 0) keepMissed(bound);
  }, [marks, sessions]);
};

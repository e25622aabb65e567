import { useEffect, useState } from 'react';
import { useValue } from './observable.ts';
import { session } from './session.ts';

/** How often it is looked whether a day has begun, in ms: a tablet stays on overnight. */
const LOOK_MS = 60_000;

/** The calendar day (`YYYY-MM-DD`) of now in a time zone; by this browser's own where it does not know the zone. */
const dayIn = (timeZone: string | undefined): string => {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-CA', { ...parts, timeZone }).format();
  } catch {
    return new Intl.DateTimeFormat('en-CA', parts).format();
  }
};

/** The school's present day, `YYYY-MM-DD`, as the sessions and the records name theirs: wherever this browser is. */
export const useToday = (): string => {
  const now = useValue(session.state);
  const timeZone = now.status === 'in' ? now.timeZone : undefined;
  const [today, setToday] = useState(() => dayIn(timeZone));
  useEffect(() => {
    const look = () => setToday(dayIn(timeZone));
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [timeZone]);
  return today;
};

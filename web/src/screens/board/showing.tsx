import { CloudOff } from 'lucide-react';
import { useEffect } from 'react';
import type { Session } from '../../../../shared/protocol/index.ts';
import type { Counts } from '../../../../shared/status.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useClassView, useOf } from '../../lib/live.ts';
import { useConnection } from '../../lib/live-state.ts';
import { forOthers, isOnlyHere } from '../../lib/own-address.ts';
import { refresh } from '../../lib/queries.ts';
import { Ring } from '../../ui/ring.tsx';
import styles from './board.module.css';
import { Clock } from './clock.tsx';
import { Code } from './code.tsx';
import { filling, hereOf } from './here.ts';
import { OnlyHere } from './only-here.tsx';
import { Over } from './over.tsx';
import { Qr } from './qr.tsx';
import { useAwake } from './screen.ts';
import { Tools } from './tools.tsx';
import { useQr } from './use-qr.ts';

const Figures = ({ counts, session, offset }: { counts: Counts; session: Session; offset: number }) => {
  const { board } = useTexts();
  const format = useFormat();
  return (
    <footer className={styles.figures}>
      <div className={styles.ring}>
        <Ring counts={filling(counts)} width={12} />
      </div>
      <p className={styles.here}>
        <strong>{board.of(format.number(hereOf(counts)), format.number(counts.enrolled))}</strong>{' '}
        <span>{board.checkedIn}</span>
      </p>
      <Clock closesAt={session.closesAt} offset={offset} />
    </footer>
  );
};

/** A live session as the class sees it from the last row. */
export const Showing = ({ session, className }: { session: Session; className: string }) => {
  const { board, common } = useTexts();
  const view = useClassView(session.classId);
  const state = useOf(view, (now) => now.state);
  const viewed = useOf(view, (now) => now.sessionId);
  const counts = useOf(view, (now) => now.counts);
  const connected = useConnection() === 'connected';
  const taken = session.methods;
  const isOpen = session.state === 'live';
  const qr = useQr(session.id, isOpen && taken.includes('qr'));
  useAwake();
  useEffect(() => {
    document.title = `${className || board.title} · ${common.product}`;
  }, [className, board.title, common.product]);
  // Ended, by whomever: the session itself says how.
  const ended = state === 'none' || state === 'closed' || (viewed !== undefined && viewed !== session.id);
  useEffect(() => {
    if (ended && isOpen) void refresh(`/api/v1/sessions/${session.id}`);
  }, [ended, isOpen, session.id]);

  const offset = qr.offset;
  // What the picture leads to is what the room is told; without a picture, where this page is.
  const address = qr.shown ? forOthers(qr.shown.url) : location;
  const ways = taken.includes('code') || taken.includes('qr');
  const told = taken.includes('qr') ? qr.shown : ways || taken.includes('passkey');
  return (
    <div className={styles.board}>
      <header className={styles.head}>
        <div>
          <h1>{className}</h1>
          {session.room && <p>{session.room}</p>}
        </div>
        {!connected && state !== 'unknown' && (
          <p className={styles.away} role="status">
            <CloudOff aria-hidden /> {board.offline}
          </p>
        )}
        {isOpen && told && isOnlyHere(address) && <OnlyHere host={address.host} />}
        <Tools code={isOpen ? session.code : undefined} />
      </header>
      {isOpen ? (
        <>
          <div className={styles.ways}>
            {taken.includes('code') && session.code && (
              <Code
                code={session.code}
                expiresAt={session.codeExpiresAt}
                offset={offset}
                host={address.host}
              />
            )}
            {taken.includes('qr') && <Qr qr={qr} alone={!taken.includes('code')} />}
            {!ways && (
              <div className={styles.calm}>
                <h2>{taken.includes('passkey') ? board.passkey : board.byTeacher}</h2>
                <p>
                  {taken.includes('passkey') ? board.at(`${address.host}/check-in`) : board.byTeacherNote}
                </p>
              </div>
            )}
          </div>
          {counts && viewed === session.id && <Figures counts={counts} session={session} offset={offset} />}
        </>
      ) : (
        <Over session={session} counts={session.counts ?? (viewed === session.id ? counts : undefined)} />
      )}
    </div>
  );
};

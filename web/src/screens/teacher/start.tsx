import { Play, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Fault } from '../../../../shared/faults.ts';
import type { NewSession, SessionView } from '../../../../shared/rest/sessions.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { toast } from '../../ui/feedback.tsx';
import { sentenceOf } from '../../ui/form.tsx';
import styles from './class-card.module.css';
import { StartDialog } from './start-dialog.tsx';

/** Starts a session; where somebody else has started one just now, that is the one. */
export const startSession = async (
  options: Omit<NewSession, 'classId'> & { classId: string },
): Promise<void> => {
  try {
    await authorized<SessionView>('POST', '/api/v1/sessions', { body: options });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'SESSION_EXISTS') throw error;
  }
  void refresh('/api/v1/sessions');
};

/** Begins a register at once, as most are begun; beside it the way to all that can be asked for. */
export const StartButtons = ({ classId, again = false }: { classId: string; again?: boolean }) => {
  const { teacher } = useTexts();
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const open = () => go(`/teach/${classId}`);
  const start = async () => {
    setBusy(true);
    try {
      await startSession({ classId, methods: ['teacher', 'code', 'qr'] });
      open();
    } catch (error) {
      toast(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className={styles.start}>
      <Button variant={again ? 'plain' : 'primary'} icon={Play} busy={busy} onClick={() => void start()}>
        {again ? teacher.startAgain : teacher.start}
      </Button>
      <IconButton
        icon={SlidersHorizontal}
        label={teacher.startMore}
        variant="plain"
        onClick={() => setAsking(true)}
      />
      {asking && (
        <StartDialog
          classId={classId}
          onClose={() => setAsking(false)}
          onStarted={() => {
            setAsking(false);
            open();
          }}
        />
      )}
    </span>
  );
};

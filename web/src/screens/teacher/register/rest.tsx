import { useState } from 'react';
import { useTexts } from '../../../lib/language.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import type { Book } from './book.ts';
import styles from './register.module.css';

/** Asks before everybody who is unmarked becomes absent: it shuts those out who would still check in. */
export const RestDialog = ({
  book,
  onConfirm,
  onClose,
}: {
  book: Book;
  onConfirm: () => void;
  onClose: () => void;
}) => {
  const { teacher, common } = useTexts();
  const [{ unmarked }] = useState(book.counts);
  return (
    <Dialog title={teacher.restAbsent} onClose={onClose}>
      <p>{teacher.restAbsentNote(unmarked)}</p>
      <div className={styles.ends}>
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button variant="danger" onClick={onConfirm}>
          {teacher.restAbsent}
        </Button>
      </div>
    </Dialog>
  );
};

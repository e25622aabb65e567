import { useState } from 'react';
import { useTexts } from '../../../lib/language.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { keysOn, turnKeys } from './keys.ts';
import styles from './register.module.css';

/** Which key does what, and the switch for those that are heard everywhere on the page. */
export const Help = ({ onClose }: { onClose: () => void }) => {
  const { teacher, status } = useTexts();
  const [on, setOn] = useState(keysOn);
  const lines: readonly (readonly [keys: readonly string[], text: string])[] = [
    [['←', '→', '↑', '↓'], teacher.keys.move],
    [['↵'], teacher.keys.next],
    [['P'], status.present],
    [['L'], status.late],
    [['A'], status.absent],
    [['E'], status.excused],
    [['T'], status.partial],
    [['⌫'], teacher.keys.takeBack],
    [['M'], teacher.keys.menu],
    [['/'], teacher.keys.search],
    [['U'], teacher.keys.undo],
    [['?'], teacher.keys.help],
  ];
  return (
    <Dialog title={teacher.keys.title} onClose={onClose}>
      <p>{teacher.keys.touch}</p>
      <dl className={styles.keys}>
        {lines.map(([keys, text]) => (
          <div key={text} style={{ display: 'contents' }}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={on}
          onChange={({ target }) => {
            turnKeys(target.checked);
            setOn(target.checked);
          }}
        />
        {teacher.keys.everywhere}
      </label>
    </Dialog>
  );
};

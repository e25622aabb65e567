import { Maximize, Minimize, Volume2, X } from 'lucide-react';
import { useLocation } from 'wouter';
import { useLanguage, useTexts } from '../../lib/language.ts';
import { IconButton } from '../../ui/button.tsx';
import styles from './board.module.css';
import { useFullScreen } from './screen.ts';

/** What the teacher can do on the projector; small, it is not for the class. */
export const Tools = ({ code }: { code: string | undefined }) => {
  const { board, common } = useTexts();
  const language = useLanguage();
  const [, go] = useLocation();
  const screen = useFullScreen();
  const read = () => {
    const words = new SpeechSynthesisUtterance(board.codeAloud([...(code ?? '')].join(', ')));
    words.lang = language;
    words.rate = 0.8;
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  };
  return (
    <div className={styles.tools}>
      {code && 'speechSynthesis' in window && (
        <IconButton icon={Volume2} label={board.readAloud} onClick={read} />
      )}
      {screen && (
        <IconButton
          icon={screen.full ? Minimize : Maximize}
          label={screen.full ? board.leaveFullScreen : board.fullScreen}
          onClick={screen.toggle}
        />
      )}
      <IconButton
        icon={X}
        label={common.close}
        onClick={() => (history.length > 1 ? history.back() : go('/'))}
      />
    </div>
  );
};

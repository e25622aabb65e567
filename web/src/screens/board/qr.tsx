import { CloudOff } from 'lucide-react';
import { useMemo } from 'react';
import { encode } from 'uqr';
import { useTexts } from '../../lib/language.ts';
import { forOthers } from '../../lib/own-address.ts';
import styles from './board.module.css';
import type { QrNow } from './use-qr.ts';

/** What a reader needs around the picture, in modules. */
const QUIET = 4;

/** A QR code as one path, dark on white in any theme, with its quiet zone. */
const Picture = ({ url }: { url: string }) => {
  const { board } = useTexts();
  const { size, path } = useMemo(() => {
    const { data, size } = encode(url, { ecc: 'M', border: QUIET });
    const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
    return { size, path };
  }, [url]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" role="img" aria-label={board.qr}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
};

/** The picture that changes, and beside it the text that does the same. */
export const Qr = ({ qr: { shown, old }, alone }: { qr: QrNow; alone: boolean }) => {
  const { board } = useTexts();
  const half = Math.ceil((shown?.text.length ?? 0) / 2);
  return (
    <section className={styles.qr} data-old={old || undefined}>
      <h2>{board.scan}</h2>
      <div className={styles.picture}>
        {old ? (
          <div className={styles.old} role="status">
            <CloudOff aria-hidden />
            <strong>{board.old}</strong>
            <span>{alone ? board.oldNoteAlone : board.oldNote}</span>
          </div>
        ) : (
          shown && <Picture url={forOthers(shown.url).href} />
        )}
      </div>
      {shown && !old && (
        <p className={styles.text}>
          <span>{board.text}</span>{' '}
          <span className={styles.letters} dir="ltr">
            <span>{shown.text.slice(0, half)}</span> <span>{shown.text.slice(half)}</span>
          </span>
        </p>
      )}
    </section>
  );
};

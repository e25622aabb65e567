import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import styles from './more.module.css';

type Sides = 'none' | 'before' | 'after' | 'both';

/** On which sides of something that scrolls sideways there is more than is in sight. `count`: of what is in it. */
export const useMore = (of: RefObject<HTMLElement | null>, count: number): Sides => {
  const [more, setMore] = useState<Sides>('none');
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is in it decides how wide it is
  useEffect(() => {
    const element = of.current;
    if (!element) return;
    const look = () => {
      // From right to left it counts downwards from 0.
      const before = Math.abs(element.scrollLeft) > 4;
      const after = element.scrollWidth - element.clientWidth - Math.abs(element.scrollLeft) > 4;
      setMore(before ? (after ? 'both' : 'before') : after ? 'after' : 'none');
    };
    look();
    const sized = new ResizeObserver(look);
    sized.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [of, count]);
  return more;
};

/** Shows at the edge of a list, whose `data-more` says so, that it goes on; for the eye alone, as nothing is hidden. */
export const MoreSign = ({ side }: { side: 'before' | 'after' }) => {
  const Icon = side === 'before' ? ChevronLeft : ChevronRight;
  return (
    <span className={`${styles.sign} ${styles[side]}`} aria-hidden>
      <Icon size={20} />
    </span>
  );
};

import {
  CalendarCheck2,
  ChartColumn,
  CircleUserRound,
  ClipboardList,
  CloudOff,
  DoorOpen,
  FileInput,
  Layers,
  type LucideIcon,
  QrCode,
  ScanFace,
  ScrollText,
  ShieldQuestionMark,
  Users,
  Wifi,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import type { Role } from '../../../shared/status.ts';
import { useTexts } from '../lib/language.ts';
import { useConnection, useLongWaiting } from '../lib/live-state.ts';
import { useValue } from '../lib/observable.ts';
import { session } from '../lib/session.ts';
import type { Texts } from '../texts/en.ts';
import styles from './frame.module.css';
import { Mark } from './mark.tsx';
import { MoreSign, useMore } from './more.tsx';

type Entry = readonly [path: string, name: keyof Texts['nav'], icon: LucideIcon];

const NAV: Record<Role, readonly Entry[]> = {
  teacher: [
    ['/', 'classes', ClipboardList],
    ['/analytics', 'analytics', ChartColumn],
  ],
  student: [
    ['/', 'mine', CalendarCheck2],
    ['/check-in', 'checkIn', QrCode],
  ],
  admin: [
    ['/', 'classes', ClipboardList],
    ['/admin/people', 'people', Users],
    ['/admin/sections', 'structure', Layers],
    ['/admin/devices', 'devices', ScanFace],
    ['/admin/import', 'imports', FileInput],
    ['/admin/sessions', 'sessions', DoorOpen],
    ['/admin/records', 'records', ScrollText],
    ['/admin/review', 'quarantine', ShieldQuestionMark],
    ['/analytics', 'analytics', ChartColumn],
  ],
  device: [],
};

/** Where the connection stands, and what waits for it; said politely, and only when it changes. */
const Connection = () => {
  const { connection } = useTexts();
  const state = useConnection();
  const waiting = useLongWaiting();
  if (state === 'idle') return null;
  const up = state === 'connected';
  const words = waiting > 0 ? connection.waiting(waiting) : up ? connection.live : connection.offline;
  return (
    <span className={`${styles.line} ${up && waiting === 0 ? styles.live : styles.away}`} role="status">
      {up ? <Wifi size={18} aria-hidden /> : <CloudOff size={18} aria-hidden />} {words}
    </span>
  );
};

/** What is around every page: who we are, where one can go, whether we are connected. */
export const Frame = ({ children }: { children: ReactNode }) => {
  const { common, nav } = useTexts();
  const [path] = useLocation();
  const now = useValue(session.state);
  const entries = now.status === 'in' ? NAV[now.user.role] : [];
  const isAt = (to: string) => path === to || (to !== '/' && path.startsWith(`${to}/`));
  const menu = useRef<HTMLElement>(null);
  // Where the menu is wider than the screen, the page that one is on is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it moves with the page
  useEffect(() => {
    const here = menu.current?.querySelector('[aria-current]');
    here?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path, entries.length]);
  const more = useMore(menu, entries.length);
  // The projector's page has the whole screen.
  if (now.status === 'in' && path.startsWith('/board/'))
    return (
      <main className={styles.whole} id="content">
        {children}
      </main>
    );
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#content">
        {common.skipToContent}
      </a>
      <header className={styles.bar}>
        <div className={styles.inner}>
          <Link href="/" className={styles.brand} aria-label={common.product}>
            <Mark /> <span>{common.product}</span>
          </Link>
          <nav ref={menu} className={styles.nav} aria-label={common.menu} data-more={more}>
            <MoreSign side="before" />
            {entries.map(([to, name, Icon]) => (
              <Link key={to} href={to} aria-current={isAt(to) ? 'page' : undefined}>
                <Icon size={18} aria-hidden /> {nav[name]}
              </Link>
            ))}
            <MoreSign side="after" />
          </nav>
          <div className={styles.end}>
            <Connection />
            {now.status === 'in' && (
              <div className={styles.nav}>
                <Link
                  href="/account"
                  aria-current={path === '/account' ? 'page' : undefined}
                  aria-label={nav.account}
                >
                  <CircleUserRound size={22} aria-hidden />
                </Link>
              </div>
            )}
          </div>
        </div>
      </header>
      <main className={styles.main} id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
};

/** A page's own head: its name (also the window's), a note, and what can be done here. */
export const Head = ({
  title,
  note,
  children,
}: {
  title: string;
  note?: ReactNode;
  children?: ReactNode;
}) => {
  const { common } = useTexts();
  useEffect(() => {
    document.title = `${title} · ${common.product}`;
  }, [title, common.product]);
  return (
    <div className={styles.head}>
      <div>
        <h1>{title}</h1>
        {note && <p className={styles.note}>{note}</p>}
      </div>
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
};

import { SearchX, Users } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { LiveStatus } from '../../../../../shared/status.ts';
import { useTexts } from '../../../lib/language.ts';
import { refresh } from '../../../lib/queries.ts';
import { State, toast } from '../../../ui/feedback.tsx';
import { sentenceOf } from '../../../ui/form.tsx';
import type { Book } from './book.ts';
import { isDecided, nextStatus } from './cell.ts';
import { Dock } from './dock.tsx';
import { DoneDialog } from './done.tsx';
import { Grid } from './grid.tsx';
import { useGroups } from './groups.ts';
import { Help } from './help.tsx';
import { useKeys } from './keys.ts';
import { useFilter, usePeople } from './people.ts';
import { RegisterHead } from './register-head.tsx';
import { RestDialog } from './rest.tsx';
import { StatusDialog } from './status-dialog.tsx';
import { Tools } from './tools.tsx';

type Open = { what: 'done' | 'help' | 'absent' } | { what: 'status'; studentId: string };

/** The live register. A mark draws one card and the figures; this page itself is drawn again when people or filters change. */
export const LiveRegister = ({
  book,
  detail,
  onStranger,
}: {
  book: Book;
  detail: ClassDetail | undefined;
  /** Somebody is on the roster whom nobody has told us the name of: a late enrolment. */
  onStranger: () => void;
}) => {
  const texts = useTexts();
  const { teacher } = texts;
  const [, go] = useLocation();
  const [open, setOpen] = useState<Open>();
  const [query, setQuery] = useState('');
  const said = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const people = usePeople(book, detail);
  const filter = useFilter(book);
  const groups = useGroups(people, detail, filter.shown, query);

  const strangers = people
    .filter(({ name }) => name === '')
    .map(({ id }) => id)
    .join(' ');
  const asked = useRef('');
  useEffect(() => {
    if (!detail || strangers === '' || strangers === asked.current) return;
    asked.current = strangers;
    onStranger();
  }, [strangers, detail, onStranger]);

  const nameOf = useRef((_: string): string => '');
  nameOf.current = (id) => people.find((person) => person.id === id)?.name || teacher.unknownName;
  const now = useRef(texts);
  now.current = texts;

  /** Marks, and says so to those who hear the page; straight into the page, since nothing else is to be drawn for it. */
  const mark = useCallback(
    (studentId: string, status: LiveStatus, reason?: string) => {
      if (status === 'unmarked' && !isDecided(book.cell(studentId))) return;
      book.mark([studentId], status, reason);
      if (said.current)
        said.current.textContent = `${nameOf.current(studentId)}: ${now.current.status[status]}`;
    },
    [book],
  );
  // By what the card shows: somebody may have checked in whose card does not say so yet.
  const tap = useCallback((id: string) => mark(id, nextStatus(book.shown(id).status)), [book, mark]);
  const menu = useCallback((studentId: string) => setOpen({ what: 'status', studentId }), []);

  const undo = () => {
    const action = book.undo();
    if (!action) return;
    const [first] = action.before;
    if (first && action.before.size === 1)
      toast(teacher.undoneOne(nameOf.current(first[0]), texts.status[first[1].status]));
    else toast(teacher.undoneMany(action.before.size));
  };
  const rest = async (status: 'present' | 'absent') => {
    try {
      const marked = await book.markRest(status);
      toast(teacher.restMarked(marked, texts.status[status]), { text: teacher.undo, run: undo });
    } catch (error) {
      toast(sentenceOf(error));
    }
  };
  useKeys({
    '/': () => search.current?.focus(),
    u: undo,
    '?': () => setOpen({ what: 'help' }),
  });

  const person = open?.what === 'status' ? people.find(({ id }) => id === open.studentId) : undefined;
  const close = () => setOpen(undefined);
  return (
    <>
      <RegisterHead
        book={book}
        detail={detail}
        onRestAbsent={() => setOpen({ what: 'absent' })}
        onHelp={() => setOpen({ what: 'help' })}
      />
      <Tools
        search={search}
        query={query}
        onQuery={setQuery}
        filter={filter}
        shown={groups.reduce((sum, group) => sum + group.people.length, 0)}
        enrolled={people.length}
      />
      <Grid
        book={book}
        groups={groups}
        former={filter.former}
        label={teacher.register}
        onTap={tap}
        onStatus={mark}
        onMenu={menu}
      />
      {people.length > 0 && groups.every((group) => group.people.length === 0) && (
        <State icon={SearchX} title={teacher.noneFit} />
      )}
      {people.length === 0 && book.view.roster && (
        <State icon={Users} title={teacher.nobodyYet} note={teacher.nobodyYetNote} />
      )}
      <div ref={said} className="unseen" aria-live="polite" />
      <Dock
        book={book}
        filter={filter.filter}
        onFilter={filter.choose}
        onRest={(status) => (status === 'absent' ? setOpen({ what: 'absent' }) : void rest(status))}
        onUndo={undo}
        onDone={() => setOpen({ what: 'done' })}
      />
      {person && (
        <StatusDialog
          book={book}
          person={person}
          detail={detail}
          onClose={close}
          onStatus={(status, reason) => {
            mark(person.id, status, reason);
            close();
          }}
        />
      )}
      {open?.what === 'help' && <Help onClose={close} />}
      {open?.what === 'absent' && (
        <RestDialog
          book={book}
          onClose={close}
          onConfirm={() => {
            close();
            void rest('absent');
          }}
        />
      )}
      {open?.what === 'done' && (
        <DoneDialog
          book={book}
          people={people}
          onClose={close}
          onFinished={(sessionId) => {
            void refresh('/api/v1/sessions');
            go(`/teach/${book.view.classId}/sessions/${sessionId}`, { replace: true });
          }}
        />
      )}
    </>
  );
};

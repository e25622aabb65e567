import { FlaskConical, Play, RotateCcw, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Fault, type FaultDetail } from '../../../../shared/faults.ts';
import type { ImportKind, ImportReport } from '../../../../shared/rest/imports.ts';
import { fieldError } from '../../lib/field-errors.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Choices, sentenceOf } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import styles from './admin.module.css';
import { FIELDS, headersOf, mapOf } from './columns.ts';
import { ColumnChoice, FilePick, Report, Running } from './import-parts.tsx';
import { type Progress, sendImport } from './upload.ts';

const KINDS: readonly ImportKind[] = ['students', 'teachers', 'sections', 'rosters'];
/** As much as the server takes. */
const MOST_BYTES = 32 * 1024 * 1024;
const CHANGES = ['students', 'teachers', 'sections', 'dep-batch', 'classes'];

type Stage =
  | { readonly at: 'ready'; readonly note?: string; readonly error?: unknown }
  | { readonly at: 'running'; readonly dryRun: boolean; readonly progress?: Progress }
  | { readonly at: 'reported'; readonly report: ImportReport };

/** Brings in a spreadsheet: what it is, a try that changes nothing, and then for real. */
const Import = () => {
  const { admin } = useTexts();
  const words = admin.imports;
  const [kind, setKind] = useState<ImportKind>('students');
  const [file, setFile] = useState<File>();
  const [headers, setHeaders] = useState<readonly string[]>([]);
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [stage, setStage] = useState<Stage>({ at: 'ready' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const take = async (picked: File) => {
    const wrong = /\.(xlsx?|ods|numbers|pdf)$/i.test(picked.name)
      ? words.notCsv
      : picked.size > MOST_BYTES
        ? words.tooLarge
        : undefined;
    setChosen({});
    setFile(wrong === undefined ? picked : undefined);
    setHeaders(wrong === undefined ? await headersOf(picked).catch(() => []) : []);
    setStage({ at: 'ready', ...(wrong !== undefined && { note: wrong }) });
  };

  const run = async (dryRun: boolean) => {
    if (!file) return;
    const abort = new AbortController();
    running.current = abort;
    setStage({ at: 'running', dryRun });
    try {
      // A file that changed or went away since it was chosen fails here, in words of its own.
      await file.slice(0, 1).arrayBuffer();
    } catch {
      setFile(undefined);
      return setStage({ at: 'ready', note: words.unreadable });
    }
    try {
      const report = await sendImport(
        { kind, file, dryRun, map: mapOf(chosen) },
        {
          signal: abort.signal,
          onProgress: (progress) => setStage({ at: 'running', dryRun, progress }),
        },
      );
      setStage({ at: 'reported', report });
    } catch (error) {
      if (abort.signal.aborted) setStage({ at: 'ready', ...(!dryRun && { note: words.stopped }) });
      else setStage({ at: 'ready', error });
    }
    if (!dryRun) for (const path of CHANGES) void refresh(`/api/v1/${path}`);
  };

  const startOver = () => {
    setFile(undefined);
    setStage({ at: 'ready' });
  };
  const isOver = stage.at === 'reported' && !stage.report.dryRun;

  return (
    <>
      <Head title={words.title} note={words.note} />
      <div className={styles.list}>
        {!isOver && (
          <Card>
            <Choices<ImportKind>
              legend={words.what}
              name="kind"
              value={kind}
              onChoose={(one) => {
                setKind(one);
                setChosen({});
                setStage({ at: 'ready' });
              }}
              options={KINDS.map((one) => [one, words.kinds[one]])}
            />
            <Needs kind={kind} />
            {stage.at !== 'running' && <FilePick file={file} onPick={(picked) => void take(picked)} />}
            {stage.at === 'ready' && stage.note && (
              <p role="alert" className={styles.warning}>
                {stage.note}
              </p>
            )}
          </Card>
        )}
        {file && !isOver && (
          <ColumnChoice
            kind={kind}
            headers={headers}
            chosen={chosen}
            report={stage.at === 'reported' ? stage.report : undefined}
            disabled={stage.at === 'running'}
            onChoose={(next) => {
              setChosen(next);
              setStage({ at: 'ready' });
            }}
          />
        )}
        {stage.at === 'ready' && stage.error !== undefined && (
          <div role="alert" className={styles.refused}>
            <strong>{sentenceOf(stage.error)}</strong>
            <Details of={stage.error} />
          </div>
        )}
        {stage.at === 'running' && <Running of={stage} />}
        {stage.at === 'reported' && <Report of={stage.report} name={kind} />}
        <div className={styles.buttons}>
          {stage.at === 'running' && (
            <Button icon={X} onClick={() => running.current?.abort()}>
              {words.stop}
            </Button>
          )}
          {file && stage.at === 'ready' && (
            <Button icon={FlaskConical} variant="primary" onClick={() => void run(true)}>
              {words.try}
            </Button>
          )}
          {stage.at === 'reported' && stage.report.dryRun && (
            <Button icon={Play} variant="primary" onClick={() => void run(false)}>
              {words.run}
            </Button>
          )}
          {isOver && (
            <Button icon={RotateCcw} variant="primary" onClick={startOver}>
              {words.again}
            </Button>
          )}
        </div>
        {file && stage.at === 'ready' && <p className={styles.soft}>{words.tryNote}</p>}
      </div>
    </>
  );
};
export default Import;

const Needs = ({ kind }: { kind: ImportKind }) => {
  const words = useTexts().admin.imports;
  const names = (needed: boolean) =>
    FIELDS[kind]
      .filter((field) => (field.needed ?? false) === needed)
      .map(({ name }) => name)
      .join(', ');
  return (
    <p className={styles.soft}>
      {words.needs(names(true))} {names(false) !== '' && words.may(names(false))}
    </p>
  );
};

/** What is wrong with the header or the columns, line by line. */
const Details = ({ of }: { of: unknown }) => {
  const words = useTexts().admin.imports;
  const say = ({ path, message }: FaultDetail): string => {
    if (message.startsWith('has no column')) return words.noColumn(path);
    if (message === 'must be UTF-8') return words.notUtf8;
    return message === 'has no header' ? words.noHeader : fieldError(message);
  };
  const details = of instanceof Fault ? (of.details ?? []) : [];
  return (
    <ul>
      {details.map((detail) => (
        <li key={`${detail.path} ${detail.message}`}>{say(detail)}</li>
      ))}
    </ul>
  );
};

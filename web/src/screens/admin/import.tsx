import { FlaskConical, Play, RotateCcw, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { Fault, type FaultDetail } from '../../../../shared/faults.ts';
import type { ImportKind, ImportReport } from '../../../../shared/rest/imports.ts';
import { fieldError } from '../../lib/field-errors.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import type { Texts } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Choices, sentenceOf } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import styles from './admin.module.css';
import { guessOf, headersOf, mapOf } from './columns.ts';
import { ColumnChoice, FilePick, Needs, Report, Running, wrongWith } from './import-parts.tsx';
import { LateButton } from './parts.tsx';
import { type Progress, sendImport } from './upload.ts';

const KINDS: readonly ImportKind[] = ['students', 'teachers', 'sections', 'rosters'];
/** As much as the server takes. */
const MOST_BYTES = 32 * 1024 * 1024;
const CHANGES = ['students', 'teachers', 'sections', 'dep-batch', 'classes'];

type Stage =
  | { readonly at: 'ready'; readonly note?: string; readonly error?: unknown; readonly stood?: number }
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
  const idleId = useId();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const take = async (picked: File) => {
    const wrong = /\.(xlsx?|ods|numbers|pdf)$/i.test(picked.name)
      ? words.notCsv
      : picked.size > MOST_BYTES
        ? words.tooLarge
        : undefined;
    const found = wrong === undefined ? await headersOf(picked).catch(() => []) : [];
    setChosen({});
    setHeaders(found);
    setFile(wrong === undefined ? picked : undefined);
    setStage({ at: 'ready', ...(wrong !== undefined && { note: wrong }) });
  };

  const run = async (dryRun: boolean) => {
    if (!file) return;
    const abort = new AbortController();
    running.current = abort;
    setStage({ at: 'running', dryRun });
    // What was confirmed so far; more may stand than the server has told of.
    let stood = 0;
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
          onProgress: (progress) => {
            stood = progress.created + progress.updated + progress.unchanged;
            setStage({ at: 'running', dryRun, progress });
          },
        },
      );
      setStage({ at: 'reported', report });
    } catch (error) {
      setStage({
        at: 'ready',
        ...(!dryRun && { stood }),
        ...(!abort.signal.aborted && { error }),
      });
    }
    if (!dryRun) for (const path of CHANGES) void refresh(`/api/v1/${path}`);
  };

  const startOver = () => {
    setFile(undefined);
    setStage({ at: 'ready' });
  };
  const wrong = file ? wrongWith(kind, headers, guessOf(kind, headers, chosen), words) : [];
  const tried = stage.at === 'reported' && stage.report.dryRun ? stage.report : undefined;
  const idle = tried && nothingToDo(tried, words);
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
        {stage.at === 'ready' && (stage.error !== undefined || stage.stood !== undefined) && (
          <div role="alert" className={stage.error === undefined ? styles.warning : styles.refused}>
            {stage.error !== undefined && (
              <>
                <strong>{sentenceOf(stage.error)}</strong>
                <Details of={stage.error} />
              </>
            )}
            {stage.stood !== undefined && <p>{words.stopped(stage.stood)}</p>}
          </div>
        )}
        {stage.at === 'running' && (
          <Running of={stage}>
            <LateButton icon={X} onClick={() => running.current?.abort()}>
              {words.stop}
            </LateButton>
          </Running>
        )}
        {stage.at === 'reported' && <Report of={stage.report} name={kind} />}
        <div className={styles.buttons}>
          {file && stage.at === 'ready' && (
            <Button
              icon={FlaskConical}
              variant="primary"
              disabled={wrong.length > 0}
              onClick={() => void run(true)}
            >
              {words.try}
            </Button>
          )}
          {tried && (
            <LateButton
              key="run"
              icon={Play}
              variant="primary"
              disabled={idle !== undefined}
              aria-describedby={idle === undefined ? undefined : idleId}
              onClick={() => void run(false)}
            >
              {words.run}
            </LateButton>
          )}
          {isOver && (
            <LateButton key="again" icon={RotateCcw} variant="primary" onClick={startOver}>
              {words.again}
            </LateButton>
          )}
        </div>
        {idle && (
          <p className={styles.soft} id={idleId}>
            {idle}
          </p>
        )}
        {file && stage.at === 'ready' && <p className={styles.soft}>{words.tryNote}</p>}
      </div>
    </>
  );
};
export default Import;

/** Why there is nothing to import, where a trial has found nothing; else undefined. */
const nothingToDo = (
  { created, updated, unchanged, rows }: ImportReport,
  words: Texts['admin']['imports'],
): string | undefined => {
  if (created + updated > 0) return undefined;
  if (rows === 0) return words.noRows;
  return unchanged > 0 ? words.nothingNew : words.nothingGood;
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

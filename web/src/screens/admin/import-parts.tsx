import { Download, FileSpreadsheet } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import type { ImportKind, ImportReport, Tally } from '../../../../shared/rest/imports.ts';
import { fieldError } from '../../lib/field-errors.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import type { Texts } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import formStyles from '../../ui/form.module.css';
import { Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { csvOf, fieldsOf, guessOf, SAMPLES } from './columns.ts';
import { saveBlob } from './download.ts';
import { reasonOf } from './import-reasons.ts';
import type { Progress } from './upload.ts';

/** Where a file is chosen or dropped. */
export const FilePick = ({ file, onPick }: { file: File | undefined; onPick: (file: File) => void }) => {
  const words = useTexts().admin.imports;
  const [over, setOver] = useState(false);
  return (
    <label
      className={over ? `${styles.drop} ${styles.dropping}` : styles.drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [dropped] = event.dataTransfer.files;
        if (dropped) onPick(dropped);
      }}
    >
      <FileSpreadsheet size={28} aria-hidden />
      {file && <strong>{file.name}</strong>}
      <span>
        <span className={styles.link}>{file ? words.other : words.pick}</span> {words.drop}
      </span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        className={styles.file}
        onChange={(event) => {
          const [picked] = event.target.files ?? [];
          if (picked) onPick(picked);
          // So that the same file, changed meanwhile, can be chosen again.
          event.target.value = '';
        }}
      />
    </label>
  );
};

type Words = Texts['admin']['imports'];

/** Why a file cannot be tried yet: every field that needs a column and has none, or a header that is none. */
export const wrongWith = (
  kind: ImportKind,
  headers: readonly string[],
  guess: Readonly<Record<string, string>>,
  words: Words,
): readonly string[] => {
  if (headers.length === 0) return [words.noHeader];
  if (headers.some((header) => header.includes('\uFFFD'))) return [words.notUtf8];
  return fieldsOf(kind)
    .filter(({ name, needed }) => needed && guess[name] === undefined)
    .map(({ name }) => words.noColumn(name));
};

/** What a file of a kind needs, what its words mean, and one to begin with. */
export const Needs = ({ kind }: { kind: ImportKind }) => {
  const words = useTexts().admin.imports;
  const names = (wanted: boolean) =>
    fieldsOf(kind)
      .filter(({ needed }) => needed === wanted)
      .map(({ name }) => name)
      .join(', ');
  return (
    <>
      <p className={styles.soft}>
        {words.needs(names(true))} {names(false) !== '' && words.may(names(false))}
      </p>
      <p className={styles.soft}>{words.means[kind]}</p>
      <div className={styles.buttons}>
        <Button size="small" icon={Download} onClick={() => saveBlob(csvOf(SAMPLES[kind]), `${kind}.csv`)}>
          {words.sample}
        </Button>
      </div>
    </>
  );
};

/** Which column is read as what: guessed by the server, said by the administrator. */
export const ColumnChoice = ({
  kind,
  headers,
  chosen,
  report,
  disabled,
  onChoose,
}: {
  kind: ImportKind;
  headers: readonly string[];
  chosen: Readonly<Record<string, string>>;
  report: ImportReport | undefined;
  disabled: boolean;
  onChoose: (chosen: Readonly<Record<string, string>>) => void;
}) => {
  const words = useTexts().admin.imports;
  const id = useId();
  const guess = guessOf(kind, headers, chosen);
  const wrong = wrongWith(kind, headers, guess, words);
  return (
    <Card>
      <h2>{words.columns}</h2>
      <p className={styles.soft}>{words.columnsNote}</p>
      <div className={styles.two}>
        {fieldsOf(kind).map(({ name, needed }) => (
          <div key={name} className={formStyles.field}>
            <label className={formStyles.label} htmlFor={`${id}-${name}`}>
              <bdi>{name}</bdi> {needed && <span className={formStyles.optional}>({words.required})</span>}
            </label>
            <select
              id={`${id}-${name}`}
              className={formStyles.input}
              disabled={disabled}
              value={chosen[name] ?? ''}
              aria-invalid={(needed && guess[name] === undefined) || undefined}
              onChange={(event) => onChoose({ ...chosen, [name]: event.target.value })}
            >
              <option value="">
                {chosen[name] || guess[name] === undefined ? words.noGuess : words.guessed(guess[name])}
              </option>
              {[...new Set(headers)].map((header) => (
                <option key={header} value={header}>
                  {header}
                </option>
              ))}
            </select>
          </div>
        ))}
      </div>
      <div role="alert" className={styles.list}>
        {wrong.map((line) => (
          <p key={line} className={styles.warning}>
            {line}
          </p>
        ))}
      </div>
      {report && report.ignoredColumns.length > 0 && (
        <p className={styles.soft}>{words.ignored(report.ignoredColumns.join(', '))}</p>
      )}
    </Card>
  );
};

/** While a file is on its way. `children`: what ends it. */
export const Running = ({
  of,
  children,
}: {
  of: { readonly dryRun: boolean; readonly progress?: Progress };
  children: ReactNode;
}) => {
  const words = useTexts().admin.imports;
  const { progress } = of;
  const share = progress?.ofBytes ? progress.bytes / progress.ofBytes : undefined;
  return (
    <Card>
      <h2>{of.dryRun ? words.trying : words.running}</h2>
      <progress
        className={styles.progress}
        aria-label={of.dryRun ? words.trying : words.running}
        {...(share === undefined ? {} : { value: share })}
      />
      <div className={styles.top}>
        <p className="numbers">{words.rows(progress?.rows ?? 0)}</p>
        {children}
      </div>
    </Card>
  );
};

const TALLIES = ['created', 'updated', 'unchanged', 'failed'] as const satisfies (keyof Tally)[];

/** What became of a file, or would become of it. */
export const Report = ({ of, name }: { of: ImportReport; name: string }) => {
  const words = useTexts().admin.imports;
  const format = useFormat();
  return (
    <Card>
      <div role="status" className={styles.list}>
        <h2>{of.dryRun ? words.tried : words.imported}</h2>
        <dl className={styles.tallies}>
          {TALLIES.map((one) => (
            <div key={one} className={one === 'failed' && of.failed > 0 ? styles.off : undefined}>
              <dt>{words[one]}</dt>
              <dd>{format.number(of[one])}</dd>
            </div>
          ))}
        </dl>
      </div>
      {of.problems.length === 0 ? (
        <p>{of.rows === 0 ? words.noRows : words.noProblems}</p>
      ) : (
        <Problems of={of} name={name} />
      )}
    </Card>
  );
};

const Problems = ({ of, name }: { of: ImportReport; name: string }) => {
  const words = useTexts().admin.imports;
  const save = () =>
    saveBlob(
      csvOf([
        [words.line, words.why],
        ...of.problems.map((problem) => [problem.line, reasonOf(problem, words.reasons, fieldError)]),
      ]),
      `${name}-problems.csv`,
    );
  return (
    <>
      <div className={styles.top}>
        <h3>{words.problems}</h3>
        <Button size="small" icon={Download} onClick={save}>
          {words.download}
        </Button>
      </div>
      {of.failed > of.problems.length && (
        <p className={styles.soft}>{words.problemsFirst(of.problems.length)}</p>
      )}
      <div className={styles.tall}>
        <Table
          caption={words.problems}
          rows={of.problems}
          keyOf={({ line, reason }) => `${line} ${reason}`}
          columns={[
            { key: 'line', head: words.line, cell: ({ line }) => line },
            {
              key: 'why',
              head: words.why,
              cell: (problem) => <bdi>{reasonOf(problem, words.reasons, fieldError)}</bdi>,
            },
          ]}
        />
      </div>
    </>
  );
};

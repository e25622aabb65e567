import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { DepBatch, Section } from '../../../../shared/rest/structure.ts';
import { useAll } from '../../lib/all.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card, Cards } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked, State, toast } from '../../ui/feedback.tsx';
import { Form, sentenceOf, TextField } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import styles from './admin.module.css';
import { Confirm } from './parts.tsx';

const BATCHES = '/api/v1/dep-batch';
const SECTIONS = '/api/v1/sections';
const nameOf = ({ dep, batch }: DepBatch) => `${dep} ${batch}`;

type Over =
  | { readonly what: 'batch'; readonly batch?: DepBatch }
  | { readonly what: 'section'; readonly in: DepBatch; readonly section?: Section }
  | { readonly what: 'delete'; readonly path: string; readonly name: string };

/** Departments and their batches, each with its sections. */
const Sections = () => {
  const words = useTexts().admin.sections;
  const batches = useAll<DepBatch>(BATCHES);
  const sections = useAll<Section>(SECTIONS);
  const [over, setOver] = useState<Over>();
  return (
    <>
      <Head title={words.title} note={words.note}>
        <Button icon={Plus} variant="primary" onClick={() => setOver({ what: 'batch' })}>
          {words.newBatch}
        </Button>
      </Head>
      <Asked query={batches}>
        {(all) =>
          all.length === 0 ? (
            <State title={words.empty} note={words.emptyNote}>
              <BeginWhole onMade={(batch) => setOver({ what: 'section', in: batch })} />
            </State>
          ) : (
            <Asked query={sections}>
              {(known) => (
                <Cards>
                  {all
                    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
                    .map((batch) => (
                      <li key={batch.id}>
                        <Batch
                          of={batch}
                          sections={known.filter(({ depBatchId }) => depBatchId === batch.id)}
                          onOpen={setOver}
                        />
                      </li>
                    ))}
                </Cards>
              )}
            </Asked>
          )
        }
      </Asked>
      {over && <Overlay over={over} onClose={() => setOver(undefined)} />}
    </>
  );
};
export default Sections;

/** For a school without departments: makes one that all sections go into, and opens the first of them. */
const BeginWhole = ({ onMade }: { onMade: (batch: DepBatch) => void }) => {
  const words = useTexts().admin.sections;
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      const body = { dep: words.wholeSchool, batch: String(new Date().getFullYear()) };
      onMade(await authorized<DepBatch>('POST', BATCHES, { body }));
    } catch (error) {
      toast(sentenceOf(error));
    }
    setBusy(false);
    void refresh(BATCHES);
  };
  return (
    <Button icon={Plus} busy={busy} onClick={() => void make()}>
      {words.beginWhole}
    </Button>
  );
};

const Batch = ({
  of,
  sections,
  onOpen,
}: {
  of: DepBatch;
  sections: readonly Section[];
  onOpen: (over: Over) => void;
}) => {
  const { admin, common } = useTexts();
  const words = admin.sections;
  const name = nameOf(of);
  return (
    <Card>
      <div className={styles.top}>
        <h2>{name}</h2>
        <span>
          <IconButton
            icon={Pencil}
            label={words.edit(name)}
            onClick={() => onOpen({ what: 'batch', batch: of })}
          />
          <IconButton
            icon={Trash2}
            label={`${common.delete}: ${name}`}
            onClick={() => onOpen({ what: 'delete', path: `${BATCHES}/${of.id}`, name })}
          />
        </span>
      </div>
      {sections.length === 0 && <p className={styles.soft}>{words.none}</p>}
      <ul className={styles.nested}>
        {sections
          .toSorted((a, b) => a.name.localeCompare(b.name))
          .map((section) => (
            <li key={section.id}>
              {section.name}
              <span>
                <IconButton
                  icon={Pencil}
                  label={words.edit(section.name)}
                  onClick={() => onOpen({ what: 'section', in: of, section })}
                />
                <IconButton
                  icon={Trash2}
                  label={`${common.delete}: ${section.name}`}
                  onClick={() =>
                    onOpen({ what: 'delete', path: `${SECTIONS}/${section.id}`, name: section.name })
                  }
                />
              </span>
            </li>
          ))}
      </ul>
      <div className={styles.buttons}>
        <Button
          icon={Plus}
          aria-label={words.newSectionIn(name)}
          onClick={() => onOpen({ what: 'section', in: of })}
        >
          {words.newSection}
        </Button>
      </div>
    </Card>
  );
};

/** Sends a form's values: to what there is, else to the list it goes into. */
const save = async (list: string, id: string | undefined, body: object) => {
  if (id === undefined) await authorized('POST', list, { body });
  else await authorized('PATCH', `${list}/${id}`, { body });
  void refresh(list);
};

const Overlay = ({ over, onClose }: { over: Over; onClose: () => void }) => {
  const { admin, common } = useTexts();
  const words = admin.sections;
  const done = () => {
    toast(admin.saved);
    onClose();
  };
  switch (over.what) {
    case 'delete':
      return (
        <Confirm
          title={admin.deleteWhat(over.name)}
          note={words.deleteNote}
          action={common.delete}
          onClose={onClose}
          onConfirm={async () => {
            await authorized('DELETE', over.path);
            toast(admin.deleted(over.name));
            void refresh(BATCHES);
            void refresh(SECTIONS);
          }}
        />
      );
    case 'batch':
      return (
        <Dialog title={over.batch ? words.edit(nameOf(over.batch)) : words.newBatch} onClose={onClose}>
          <Form
            submit={common.save}
            onSubmit={async (values) => {
              await save(BATCHES, over.batch?.id, values);
              done();
            }}
          >
            <TextField label={words.dep} name="dep" defaultValue={over.batch?.dep} />
            <TextField
              label={words.batch}
              name="batch"
              hint={words.batchHint}
              defaultValue={over.batch?.batch}
            />
          </Form>
        </Dialog>
      );
    case 'section':
      return (
        <Dialog
          title={over.section ? words.edit(over.section.name) : words.newSectionIn(nameOf(over.in))}
          onClose={onClose}
        >
          <Form
            submit={common.save}
            onSubmit={async ({ name }) => {
              await save(SECTIONS, over.section?.id, { name, depBatchId: over.in.id });
              done();
            }}
          >
            <TextField label={admin.name} name="name" defaultValue={over.section?.name} />
          </Form>
        </Dialog>
      );
  }
};

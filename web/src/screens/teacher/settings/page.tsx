import { ListChecks, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Visibility } from '../../../../../shared/protocol/index.ts';
import type { ClassDetail, Enrolment } from '../../../../../shared/rest/classes.ts';
import { useTexts } from '../../../lib/language.ts';
import { refresh, useShown } from '../../../lib/queries.ts';
import { useMe } from '../../../lib/role.ts';
import { authorized } from '../../../lib/session.ts';
import { Button, ButtonLink } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Asked, toast } from '../../../ui/feedback.tsx';
import { Choices, Form, TextField } from '../../../ui/form.tsx';
import { Head } from '../../../ui/frame.tsx';
import { chosenSections, SectionChoices } from '../sections.tsx';
import { CoTeachers } from './co-teachers.tsx';
import { Roster } from './roster.tsx';
import styles from './settings.module.css';

/** What a class is called, who sees what in it, who gets onto its roster. */
const About = ({ info }: { info: ClassDetail }) => {
  const { teacher, common } = useTexts();
  return (
    <Card>
      <h2>{teacher.about}</h2>
      <Form
        submit={common.save}
        onSubmit={async (values) => {
          await authorized('PATCH', `/api/v1/classes/${info.id}`, {
            body: {
              className: values.className,
              code: values.code || null,
              visibility: values.visibility,
              enrolment: values.enrolment,
              sectionIds: chosenSections(values),
            },
          });
          void refresh('/api/v1/classes');
          toast(teacher.saved);
        }}
      >
        <TextField
          label={teacher.className}
          name="className"
          maxLength={200}
          defaultValue={info.className}
          autoComplete="off"
        />
        <TextField
          label={teacher.courseCode}
          name="code"
          maxLength={64}
          defaultValue={info.code ?? ''}
          autoComplete="off"
          optional
        />
        <SectionChoices chosen={info.sectionIds} />
        <Choices<Visibility>
          legend={teacher.visibility}
          name="visibility"
          value={info.visibility}
          options={[
            ['private', teacher.visibilities.private],
            ['open', teacher.visibilities.open],
          ]}
        />
        <Choices<Enrolment>
          legend={teacher.enrolment}
          name="enrolment"
          value={info.enrolment}
          options={[
            ['roster', teacher.enrolments.roster],
            ['check-in', teacher.enrolments['check-in']],
          ]}
        />
      </Form>
    </Card>
  );
};

/** The end of a class. What was recorded stays. */
const Deleting = ({ info }: { info: ClassDetail }) => {
  const { teacher, common } = useTexts();
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  return (
    <Card>
      <h2>{teacher.deleteClass}</h2>
      <p>{teacher.deleteNote}</p>
      <div>
        <Button icon={Trash2} onClick={() => setAsking(true)}>
          {teacher.deleteClass}
        </Button>
      </div>
      {asking && (
        <Dialog title={teacher.deleteClass} onClose={() => setAsking(false)}>
          <p>{teacher.deleteSure(info.className)}</p>
          <Form
            submit={common.delete}
            danger
            extra={<Button onClick={() => setAsking(false)}>{common.cancel}</Button>}
            onSubmit={async () => {
              await authorized('DELETE', `/api/v1/classes/${info.id}`);
              void refresh('/api/v1/classes?');
              go('/', { replace: true });
              toast(teacher.deleted(info.className));
            }}
          >
            {null}
          </Form>
        </Dialog>
      )}
    </Card>
  );
};

/** A class's settings; what only its owner may do is not offered to co-teachers. */
export const SettingsPage = ({ classId }: { classId: string }) => {
  const { teacher } = useTexts();
  const me = useMe();
  const detail = useShown<ClassDetail>(`/api/v1/classes/${classId}`);
  const info = detail.data?.data;
  return (
    <>
      <Head title={teacher.settings} note={info?.className}>
        <ButtonLink href={`/teach/${classId}`} icon={ListChecks}>
          {teacher.register}
        </ButtonLink>
      </Head>
      <Asked query={detail}>
        {(found) => {
          const owns = me.role === 'admin' || found.teacherId === me.id;
          return (
            <div className={styles.columns}>
              <div className={styles.column}>
                <About key={found.id} info={found} />
                <CoTeachers info={found} owns={owns} />
                {owns && <Deleting info={found} />}
              </div>
              <div className={styles.column}>
                <Roster info={found} />
              </div>
            </div>
          );
        }}
      </Asked>
    </>
  );
};

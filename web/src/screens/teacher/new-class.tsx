import { useLocation } from 'wouter';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, TextField } from '../../ui/form.tsx';
import { chosenSections, SectionChoices } from './sections.tsx';

/** Makes a class, and goes on to who is in it. */
export const NewClassDialog = ({ onClose }: { onClose: () => void }) => {
  const { teacher } = useTexts();
  const [, go] = useLocation();
  return (
    <Dialog title={teacher.newClass} onClose={onClose}>
      <Form
        submit={teacher.createClass}
        onSubmit={async (values) => {
          const sectionIds = chosenSections(values);
          const { id } = await authorized<ClassView>('POST', '/api/v1/classes', {
            body: {
              className: values.className,
              ...(values.code && { code: values.code }),
              ...(sectionIds.length > 0 && { sectionIds }),
            },
          });
          void refresh('/api/v1/classes');
          go(`/teach/${id}/settings`);
        }}
      >
        <TextField label={teacher.className} name="className" maxLength={200} autoComplete="off" />
        <TextField label={teacher.courseCode} name="code" maxLength={64} autoComplete="off" optional />
        <SectionChoices chosen={[]} />
      </Form>
    </Dialog>
  );
};

import { useState } from 'react';
import { useTexts } from '../../lib/language.ts';
import { Choices } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import { Accounts } from './accounts.tsx';
import { Tools } from './parts.tsx';
import { PeopleList } from './people-list.tsx';

type Tab = 'students' | 'teachers' | 'accounts';

/** Students, teachers, and everybody's accounts. */
const People = () => {
  const words = useTexts().admin.people;
  const filter = useTexts().admin.filter;
  const [tab, setTab] = useState<Tab>('students');
  return (
    <>
      <Head title={words.title} />
      <Tools>
        <Choices<Tab>
          legend={filter}
          name="tab"
          value={tab}
          onChoose={setTab}
          options={(['students', 'teachers', 'accounts'] as const).map((one) => [one, words.tabs[one]])}
        />
      </Tools>
      {tab === 'accounts' ? <Accounts /> : <PeopleList key={tab} kind={tab} />}
    </>
  );
};
export default People;

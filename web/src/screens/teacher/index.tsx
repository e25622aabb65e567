import { useTexts } from '../../lib/language.ts';
import { Head } from '../../ui/frame.tsx';

const Teacher = () => {
  const texts = useTexts();
  return <Head title={texts.teacher.title} />;
};
export default Teacher;

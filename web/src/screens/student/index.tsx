import { useTexts } from '../../lib/language.ts';
import { Head } from '../../ui/frame.tsx';

const Student = () => {
  const texts = useTexts();
  return <Head title={texts.student.title} />;
};
export default Student;

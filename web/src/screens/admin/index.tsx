import { useTexts } from '../../lib/language.ts';
import { Head } from '../../ui/frame.tsx';

const Admin = () => {
  const texts = useTexts();
  return <Head title={texts.admin.title} />;
};
export default Admin;

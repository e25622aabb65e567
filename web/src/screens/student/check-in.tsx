import { useTexts } from '../../lib/language.ts';
import { Head } from '../../ui/frame.tsx';

const CheckIn = () => {
  const { nav } = useTexts();
  return <Head title={nav.checkIn} />;
};
export default CheckIn;

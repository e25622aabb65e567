import { useTexts } from '../../lib/language.ts';
import { Head } from '../../ui/frame.tsx';

const Analytics = () => {
  const texts = useTexts();
  return <Head title={texts.analytics.title} />;
};
export default Analytics;

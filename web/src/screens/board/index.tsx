import { useTexts } from '../../lib/language.ts';
import { Head } from '../../ui/frame.tsx';

const Board = () => {
  const texts = useTexts();
  return <Head title={texts.board.title} />;
};
export default Board;

import { useParams } from 'wouter';
import type { Session } from '../../../../shared/protocol/index.ts';
import type { ClassDetail } from '../../../../shared/rest/classes.ts';
import { useShown } from '../../lib/queries.ts';
import { Asked } from '../../ui/feedback.tsx';
import { Showing } from './showing.tsx';

/** What the projector shows of one session: how to check in, and how many have. Never who. */
const Board = () => {
  const { id = '' } = useParams<{ id: string }>();
  const session = useShown<Session>(`/api/v1/sessions/${id}`);
  const classId = session.data?.data.classId;
  const group = useShown<ClassDetail>(classId && `/api/v1/classes/${classId}`);
  return (
    <Asked query={session}>
      {(shown) => <Showing session={shown} className={group.data?.data.className ?? ''} />}
    </Asked>
  );
};
export default Board;

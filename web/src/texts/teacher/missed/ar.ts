import type { Texts } from '../../en.ts';
import { counting } from '../../plural.ts';

const count = counting('ar');
const marks = (n: number) =>
  count(n, {
    zero: 'لا علامات',
    one: 'علامة واحدة',
    two: 'علامتان',
    few: '# علامات',
    many: '# علامة',
    other: '# علامة',
  });
const records = (n: number) =>
  count(n, {
    zero: 'لا سجلات',
    one: 'سجل واحد',
    two: 'سجلين',
    few: '# سجلات',
    many: '# سجلًّا',
    other: '# سجل',
  });

export const missed: Texts['teacher']['missed'] = {
  title: (n) => `${marks(n)} خارج ما سُجّل`,
  note: 'وُضعت على هذا الجهاز ووصلت بعد انتهاء الكشف. لا يُصحَّح شيء ما لم تطلب أنت ذلك.',
  otherNote: 'وُضعت على هذا الجهاز ولم يقبلها الخادم.',
  from: (name, when) => `\u2068${name}\u2069، كشف ${when}`,
  unknownRegister: (name) => `\u2068${name}\u2069: لم يكن هناك كشف مفتوح في ذلك الوقت`,
  marked: 'علامتك',
  record: 'المسجَّل الآن',
  noRecord: 'لا شيء مسجّل',
  notYet: 'يُحفظ الآن',
  wasCancelled: 'أُلغي الكشف',
  tookBack: 'سُحبت العلامة',
  look: 'عرضها',
  correct: (n) => (n === 1 ? 'تصحيح المسجَّل' : `تصحيح ${records(n)}`),
  correctTitle: (n) => (n === 1 ? 'تصحيح المسجَّل' : `تصحيح ${records(n)}`),
  correctOne: (name) => `تصحيح المسجَّل: ${name}`,
  letGo: (n) => (n === 1 ? 'تجاهلها' : 'تجاهلها كلها'),
  letGoOne: (name) => `تجاهل العلامة: ${name}`,
  goneMany: (n) => `جرى تجاهل ${marks(n)}، ويبقى المسجَّل كما هو`,
  correctedMany: (n) => `جرى تصحيح ${records(n)}`,
  before: 'عُلّم دون اتصال قبل النهاية',
  after: 'عُلّم دون اتصال',
};

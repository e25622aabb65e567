import type { Reasons } from './en.ts';

/** A word of the file keeps its own direction. */
const own = (text: string) => `\u2068${text}\u2069`;

export const reasons: Reasons = {
  ROW_TOO_LONG: () => 'السطر أطول من اللازم',
  ROW_NOT_UTF8: () => `الملف ليس بترميز UTF-8. احفظه بصيغة ${own('CSV UTF-8')} وأرسله من جديد`,
  ROW_QUOTES: () => 'علامة اقتباس لم تُغلق أو في غير موضعها',
  ROW_COLUMNS: (columns, expected) => `عدد الأعمدة هنا ${columns} وفي سطر العناوين ${expected}`,
  FIELD_MISSING: (field) => `الحقل ${own(field)} ناقص`,
  FIELD_INVALID: (field, wrong) => `${own(field)}: ${wrong}`,
  CODE_REPEATED: (value, line) => `الرمز ${own(value)} موجود في السطر ${line} من قبل`,
  EMAIL_REPEATED: (line) => `البريد الإلكتروني موجود في السطر ${line} من قبل`,
  CODE_EXISTS: () => 'هذا الرمز مستخدم بالفعل',
  EMAIL_EXISTS: () => 'هذا البريد الإلكتروني لشخص آخر',
  EMAIL_OF_ACCOUNT: () => 'من لديه حساب دخول يدخل ببريده الإلكتروني، فلا يُغيَّر من هنا',
  SECTION_UNKNOWN: (value) => `لا توجد شعبة باسم ${own(value)}`,
  SECTION_AMBIGUOUS: (value) =>
    `توجد عدة شعب باسم ${own(value)}؛ أضف عمودين لـ ${own('dep')} و${own('batch')}`,
  CLASS_UNKNOWN: (value) => `لا يوجد صف رمزه ${own(value)}`,
  STUDENT_UNKNOWN: (value) => `لا يوجد طالب رمزه ${own(value)}`,
  BATCH_GONE: () => 'حُذف قسمها ودفعتها في هذه الأثناء',
};

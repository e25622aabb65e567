import type { Reasons } from './en.ts';

export const reasons: Reasons = {
  ROW_TOO_LONG: () => 'La línea es demasiado larga',
  ROW_NOT_UTF8: () => 'El archivo no está en UTF-8. Guárdalo como «CSV UTF-8» y envíalo de nuevo',
  ROW_QUOTES: () => 'Hay unas comillas sin cerrar o donde no deben estar',
  ROW_COLUMNS: (columns, expected) => `Columnas aquí: ${columns}; en el encabezado: ${expected}`,
  FIELD_MISSING: (field) => `Falta ${field}`,
  FIELD_INVALID: (field, wrong) => `En ${field}: ${wrong}`,
  CODE_REPEATED: (value, line) => `El código ${value} ya está en la línea ${line}`,
  EMAIL_REPEATED: (line) => `El correo electrónico ya está en la línea ${line}`,
  CODE_EXISTS: () => 'Este código ya está en uso',
  EMAIL_EXISTS: () => 'Otra persona tiene este correo electrónico',
  EMAIL_OF_ACCOUNT: () =>
    'Quien tiene acceso inicia sesión con su correo electrónico; no se cambia desde aquí',
  SECTION_UNKNOWN: (value) => `No existe la sección ${value}`,
  SECTION_AMBIGUOUS: (value) => `Hay varias secciones ${value}; añade columnas para dep y batch`,
  CLASS_UNKNOWN: (value) => `Ninguna clase tiene el código ${value}`,
  STUDENT_UNKNOWN: (value) => `Ningún estudiante tiene el código ${value}`,
  BATCH_GONE: () => 'Su departamento y promoción se han eliminado entretanto',
};

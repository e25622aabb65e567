import type { Texts } from '../../en.ts';

const plural = new Intl.PluralRules('es');
const of = (n: number, one: string, other: string) => `${n} ${plural.select(n) === 'one' ? one : other}`;

export const missed: Texts['teacher']['missed'] = {
  title: (n) => of(n, 'marca no está en los registros', 'marcas no están en los registros'),
  note: 'Se hicieron en este dispositivo y llegaron con la lista ya terminada. No se corrige nada sin que tú lo digas.',
  otherNote: 'Se hicieron en este dispositivo y el servidor no las aceptó.',
  from: (name, when) => `${name}, lista del ${when}`,
  unknownRegister: (name) => `${name}: a esa hora no había ninguna lista abierta`,
  marked: 'Tú marcaste',
  record: 'El registro dice',
  noRecord: 'Sin registro',
  notYet: 'Guardándose',
  wasCancelled: 'La lista se anuló',
  tookBack: 'Retirada',
  look: 'Verlas',
  correct: (n) => (n === 1 ? 'Corregir el registro' : `Corregir los ${n}`),
  correctTitle: (n) => (n === 1 ? 'Corregir el registro' : `Corregir ${n} registros`),
  correctOne: (name) => `Corregir el registro: ${name}`,
  letGo: (n) => (n === 1 ? 'Descartarla' : 'Descartarlas'),
  letGoOne: (name) => `Descartar la marca: ${name}`,
  goneMany: (n) => `${of(n, 'marca descartada', 'marcas descartadas')}; el registro queda como está`,
  correctedMany: (n) => of(n, 'registro corregido', 'registros corregidos'),
  before: 'Marcado sin conexión antes del final',
  after: 'Marcado sin conexión',
};

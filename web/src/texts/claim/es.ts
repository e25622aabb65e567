import type { Texts } from '../en.ts';

export const claim: Texts['claim'] = {
  claimTitle: 'Activa tu cuenta',
  claimNote:
    'Tu centro te ha invitado. Elige cómo quieres iniciar sesión; tus clases y registros ya son tuyos.',
  claim: 'Activar cuenta',
  passwordTitle: 'Elige una contraseña nueva',
  passwordNote:
    'Tu centro ha creado este enlace para ti. Al usarlo, la contraseña anterior deja de valer y se cierran todas las sesiones de esta cuenta.',
  setPassword: 'Guardar contraseña',
  forWhom: (name) => `Para ${name}`,
  notYou: '¿No eres tú? Entonces no uses este enlace y avisa a tu centro de que te ha llegado.',
  signedInAs: (name) =>
    `${name} tiene la sesión iniciada aquí. Si continúas, se cerrará la sesión de ${name} en este navegador.`,
  brokenTitle: 'Este enlace no funciona',
  brokenNote:
    'Puede que ya se haya usado, que haya otro más reciente, que haya caducado o que le falte una parte. Pega aquí el enlace completo o pide uno nuevo en la secretaría de tu centro.',
  noneTitle: 'El enlace de tu centro',
  noneNote: 'Pega aquí el enlace que te ha dado tu centro.',
  link: 'Tu enlace',
  open: 'Abrir el enlace',
  usedIt: '¿Ya lo usaste?',
};

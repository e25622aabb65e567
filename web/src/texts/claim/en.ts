/** The page behind a link of one's own: an invitation, or a link for a new password. */
export const claim = {
  claimTitle: 'Claim your account',
  claimNote:
    'Your school has invited you. Choose how you want to sign in; your classes and records are yours already.',
  claim: 'Claim account',
  passwordTitle: 'Choose a new password',
  passwordNote:
    'Your school made this link for you. The old password ends with it, and so does every log-in of this account.',
  setPassword: 'Set password',
  forWhom: (name: string) => `For ${name}`,
  notYou: 'Is this not you? Then do not use this link, and tell your school that it reached you.',
  signedInAs: (name: string) =>
    `${name} is signed in here. If you go on, ${name} is signed out in this browser.`,
  brokenTitle: 'This link does not work',
  brokenNote:
    'It may have been used already or replaced by a newer one, its time may be over, or a part of it is missing. Paste the whole link here, or ask your school’s office for a new one.',
  noneTitle: 'The link from your school',
  noneNote: 'Paste the link here that your school gave you.',
  link: 'Your link',
  open: 'Open the link',
  usedIt: 'Have you used it before?',
};

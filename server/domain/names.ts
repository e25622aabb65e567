/** What people are called: first and last name, or whichever there is. */
export const nameOf = (of: {
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
}): string => [of.firstName, of.lastName].filter(Boolean).join(' ');

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** Says counts in a language: the form that the number asks for there, with the number at its `#`. */
export const counting = (language: string) => {
  const rules = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return (n: number, forms: Forms): string =>
    (forms[rules.select(n)] ?? forms.other).replace('#', number.format(n));
};

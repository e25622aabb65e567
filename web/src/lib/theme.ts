/** Light or dark; `auto` is the device's. */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'rollcall theme';

export const themeNow = (): Theme =>
  THEMES.find((theme) => theme === document.documentElement.dataset.theme) ?? 'auto';

const wear = (theme: Theme): void => {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
};

export const startTheme = (): void => {
  try {
    wear(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto');
  } catch {
    // the device's then
  }
};

export const chooseTheme = (theme: Theme): void => {
  wear(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // worn for this visit
  }
};

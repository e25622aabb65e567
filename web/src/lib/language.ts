import type { Texts } from '../texts/en.ts';
import { first } from '../texts/en-first.ts';
import { observable, useValue } from './observable.ts';

/** The languages, each by its own name. */
export const LANGUAGES = { en: 'English', es: 'Español', ar: 'العربية' } as const;
export type Language = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(['ar']);
const KEY = 'rollcall language';

/** All texts of a language; of English the first page's are there before. */
const LOAD: Record<Language, () => Promise<Texts>> = {
  en: async () => (await import('../texts/en.ts')).en,
  es: async () => (await import('../texts/es.ts')).es,
  ar: async () => (await import('../texts/ar.ts')).ar,
};

type Spoken = { readonly language: Language; readonly texts: Texts };
/** Before the screens are loaded, which wait for all texts, nobody asks for more than the first. */
const spoken = observable<Spoken>({ language: 'en', texts: first as Texts });
let isWhole = false;

const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);
const kept = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};

/** What somebody chose here, else the first of the browser's languages that there is, else English. */
const preferred = (): Language =>
  [kept() ?? '', ...navigator.languages.map((tag) => tag.split('-')[0] ?? '')].find(isLanguage) ?? 'en';

const speak = async (language: Language): Promise<void> => {
  spoken.set({ language, texts: await LOAD[language]() });
  isWhole = true;
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr';
};

/** Before anything is drawn. Without its texts (offline, never loaded) it is English. */
export const startLanguage = async (): Promise<void> => {
  const language = preferred();
  if (language !== 'en') await speak(language).catch(() => {});
};

/** Sees to it that the texts of all screens are there, in the language in use. */
export const wholeLanguage = async (): Promise<void> => {
  if (!isWhole) await speak(spoken.get().language);
};

export const chooseLanguage = async (language: Language): Promise<void> => {
  await speak(language);
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // chosen for this visit then
  }
};

/** The texts of the language in use. */
export const useTexts = (): Texts => useValue(spoken).texts;
export const useLanguage = (): Language => useValue(spoken).language;
export const textsNow = (): Texts => spoken.get().texts;
export const languageNow = (): Language => spoken.get().language;

const day = (text: string) => new Date(`${text}T12:00:00Z`);

const createFormat = (language: Language) => {
  const number = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const calendar = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  const shortDay = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const longDay = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' });
  return {
    number: (value: number) => number.format(value),
    /** Of 0 to 100; null has no share. */
    percent: (value: number | null) => (value === null ? '–' : share.format(value / 100)),
    time: (at: string | number) => time.format(new Date(at)),
    date: (at: string | number) => date.format(new Date(at)),
    moment: (at: string | number) => moment.format(new Date(at)),
    day: (text: string) => calendar.format(day(text)),
    shortDay: (text: string) => shortDay.format(day(text)),
    longDay: (text: string) => longDay.format(day(text)),
  };
};

export type Format = ReturnType<typeof createFormat>;

/** Made once each: that takes a slow machine longer than drawing a page. */
const formats = new Map<Language, Format>();

/** Dates, times and numbers as the language in use writes them. Calendar days are `YYYY-MM-DD`, moments ISO 8601 or ms. */
export const useFormat = (): Format => {
  const language = useLanguage();
  const format = formats.get(language) ?? createFormat(language);
  formats.set(language, format);
  return format;
};

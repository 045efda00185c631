// Languages: choosing one, loading its messages, and everything that is written by locale.
import { i18n, type Messages } from "@lingui/core";

export const LOCALES = { en: "English", es: "Español", "pt-BR": "Português (Brasil)" } as const;
export type Locale = keyof typeof LOCALES | "pseudo";

type Loader = (locale: Locale) => Promise<{ messages: Messages }>;

const STORED = "raally.locale";
const loaders: Loader[] = [(locale) => import(`../../locales/${locale}.po`)];

const isLocale = (text: string | null): text is Locale =>
  text !== null && (text in LOCALES || text === "pseudo");

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** The chosen language, else the browser's first that we have, else English. */
export function preferredLocale(): Locale {
  const chosen = stored();
  if (isLocale(chosen)) return chosen;
  for (const wanted of navigator.languages ?? []) {
    if (isLocale(wanted)) return wanted;
    const language = wanted.split("-")[0];
    if (language === "pt") return "pt-BR";
    if (isLocale(language ?? null)) return language as Locale;
  }
  return "en";
}

/** `pseudo` is for tests: it formats numbers and dates as English does. */
export const formatLocale = () => (i18n.locale === "pseudo" ? "en" : i18n.locale || "en");

/** Languages that are written from right to left. None has messages yet; the layout is ready for them. */
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

export const directionOf = (locale: string) =>
  RIGHT_TO_LEFT.includes(locale.split("-")[0] ?? "") ? "rtl" : "ltr";

async function load(locale: Locale, from: readonly Loader[]) {
  for (const part of await Promise.all(from.map((loader) => loader(locale)))) {
    i18n.load(locale, part.messages);
  }
}

export async function activateLocale(locale: Locale): Promise<void> {
  await load(locale, loaders);
  i18n.activate(locale);
  document.documentElement.lang = formatLocale();
  document.documentElement.dir = directionOf(locale);
}

export async function chooseLocale(locale: Locale): Promise<void> {
  await activateLocale(locale);
  try {
    localStorage.setItem(STORED, locale);
  } catch {
    // Not kept then; it holds until the page is closed.
  }
}

/** Adds the messages of a part that is loaded later; they are there when the promise ends. */
export async function registerMessages(loader: Loader): Promise<void> {
  if (loaders.includes(loader)) return;
  loaders.push(loader);
  if (i18n.locale) await load(i18n.locale as Locale, [loader]);
}

export { i18n };

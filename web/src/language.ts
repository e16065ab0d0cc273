import { createI18n } from 'vue-i18n';
import core from './languages/en.json';
import alerts from './languages/en/alerts.json';
import fileTexts from './languages/en/files.json';
import networks from './languages/en/networks.json';
import registries from './languages/en/registries.json';
import schedules from './languages/en/schedules.json';
import timeline from './languages/en/timeline.json';

/** What the page says in English: `languages/en.json`, and a file in `languages/en/` for each area, under its name. */
const en = { ...core, alerts, files: fileTexts, networks, registries, schedules, timeline };

/** A language is a file in `languages/` and a folder of areas with the keys of the English ones; what it does not say is said in English. */
const files = import.meta.glob<object>('./languages/*.json', { import: 'default' });
const areas = import.meta.glob<object>('./languages/*/*.json', { import: 'default' });

type Messages = typeof en;

declare module 'vue-i18n' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the way vue-i18n is told the type of its messages
  export interface DefineLocaleMessage extends Messages {}
}

/** Names of the languages in themselves, by code. */
export const LANGUAGES: Readonly<Record<string, string>> = { en: 'English', zh: '中文' };

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } });

/** What scripts outside of components say. */
export const t = i18n.global.t;

/** The browser's first language that we have. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): string {
  return wanted.map((code) => code.slice(0, 2).toLowerCase()).find((code) => code in LANGUAGES) ?? 'en';
}

/** Speaks `code` from here on; its file is loaded at first use. */
export async function speak(code: string): Promise<void> {
  if (!(i18n.global.availableLocales as string[]).includes(code)) i18n.global.setLocaleMessage(code as 'en', await messagesOf(code));
  i18n.global.locale.value = code as 'en';
  document.documentElement.lang = code;
}

/** All that there is in a language. */
async function messagesOf(code: string): Promise<Messages> {
  const folder = `./languages/${code}/`;
  const load = files[`./languages/${code}.json`];
  const parts = Object.entries(areas).filter(([path]) => path.startsWith(folder));
  const loaded = parts.map(async ([path, loadArea]) => [path.slice(folder.length, -'.json'.length), await loadArea()] as const);
  return { ...(await load?.()), ...Object.fromEntries(await Promise.all(loaded)) } as unknown as Messages;
}

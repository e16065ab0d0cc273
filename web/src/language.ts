import { createI18n } from 'vue-i18n';
import core from './languages/en.json';
import alertsTexts from './languages/en/alerts.json';
import columnsTexts from './languages/en/columns.json';
import commonTexts from './languages/en/common.json';
import containersTexts from './languages/en/containers.json';
import diskTexts from './languages/en/disk.json';
import eventsTexts from './languages/en/events.json';
import factsTexts from './languages/en/facts.json';
import fieldsTexts from './languages/en/fields.json';
import filesTexts from './languages/en/files.json';
import gitTexts from './languages/en/git.json';
import happenedTexts from './languages/en/happened.json';
import hostTexts from './languages/en/host.json';
import imagesTexts from './languages/en/images.json';
import logsTexts from './languages/en/logs.json';
import networksTexts from './languages/en/networks.json';
import paletteTexts from './languages/en/palette.json';
import registriesTexts from './languages/en/registries.json';
import runTexts from './languages/en/run.json';
import schedulesTexts from './languages/en/schedules.json';
import statesTexts from './languages/en/states.json';
import tabsTexts from './languages/en/tabs.json';
import terminalTexts from './languages/en/terminal.json';
import timelineTexts from './languages/en/timeline.json';
import titlesTexts from './languages/en/titles.json';
import verbsTexts from './languages/en/verbs.json';
import volumesTexts from './languages/en/volumes.json';

/** What the page says in English: `languages/en.json`, and a file in `languages/en/` for each area, under its name. */
const en = {
  ...core,
  alerts: alertsTexts,
  columns: columnsTexts,
  common: commonTexts,
  containers: containersTexts,
  disk: diskTexts,
  events: eventsTexts,
  facts: factsTexts,
  fields: fieldsTexts,
  files: filesTexts,
  git: gitTexts,
  happened: happenedTexts,
  host: hostTexts,
  images: imagesTexts,
  logs: logsTexts,
  networks: networksTexts,
  palette: paletteTexts,
  registries: registriesTexts,
  run: runTexts,
  schedules: schedulesTexts,
  states: statesTexts,
  tabs: tabsTexts,
  terminal: terminalTexts,
  timeline: timelineTexts,
  titles: titlesTexts,
  verbs: verbsTexts,
  volumes: volumesTexts,
};

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

import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { preferredLanguage, speak } from '@/language';

export type ThemeChoice = 'dark' | 'light' | 'system';

/** A value that this browser remembers. */
function remembered<Value>(key: string, initial: Value) {
  const name = `slipway.${key}`;
  const stored = localStorage.getItem(name);
  const value = ref(stored === null ? initial : (JSON.parse(stored) as Value));
  watch(value, (next) => localStorage.setItem(name, JSON.stringify(next)));
  return value;
}

/** What the user chose about looks, kept in the browser. */
export const usePreferences = defineStore('preferences', () => {
  const theme = ref<ThemeChoice>((localStorage.getItem('slipway.theme') as ThemeChoice | null) ?? 'system');
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const systemIsDark = ref(systemDark.matches);
  systemDark.addEventListener('change', ({ matches }) => (systemIsDark.value = matches));
  const dark = computed(() => theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value));
  watch(theme, (choice) => localStorage.setItem('slipway.theme', choice));
  watch(dark, (on) => document.documentElement.classList.toggle('dark', on), { immediate: true });

  const language = remembered('language', preferredLanguage());
  watch(language, (code) => void speak(code), { immediate: true });

  return {
    theme,
    language,
    dark,
    groupByProject: remembered('group', true),
    /** Keys of columns of the list of containers that are not shown. */
    hiddenColumns: remembered<string[]>('containers.hidden', []),
    containerFilter: remembered('containers.filter', ''),
    logFields: remembered('log.fields', true),
    logTimes: remembered('log.times', true),
    logWrap: remembered('log.wrap', false),
    railOpen: remembered('rail', true),
  };
});

import { describe, expect, it } from 'vitest';
import { LANGUAGES, preferredLanguage } from './language';
import en from './languages/en.json';

const files = import.meta.glob<object>('./languages/*.json', { import: 'default', eager: true });
const areas = import.meta.glob<object>('./languages/*/*.json', { import: 'default', eager: true });

/** Every text as `key: placeholders`. */
function shape(messages: object, path = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? shape(value, `${path}${key}.`)
      : `${path}${key}: ${[...new Set(String(value).match(/\{\w+\}/g))].sort().join(' ')}`,
  );
}

describe('languages', () => {
  it('are all known by name', () => {
    expect(Object.keys(files).map((path) => path.replace(/.*\/|\.json$/g, ''))).toEqual(Object.keys(LANGUAGES).sort());
  });

  it.each(Object.entries(areas).filter(([path]) => !path.includes('/en/')))('%s says everything of its area', (path, messages) => {
    const english = areas[path.replace(/languages\/\w+\//, 'languages/en/')];
    expect(shape(messages).sort()).toEqual(shape(english ?? {}).sort());
  });

  it('have all areas', () => {
    const folders = Object.keys(LANGUAGES).map((code) => Object.keys(areas).filter((path) => path.includes(`/${code}/`)));
    for (const folder of folders)
      expect(folder.map((path) => path.replace(/.*\//, ''))).toEqual(folders[0]?.map((path) => path.replace(/.*\//, '')));
  });

  it.each(Object.entries(files))('%s says everything that English says, with the same placeholders', (_, messages) => {
    expect(shape(messages).sort()).toEqual(shape(en).sort());
  });

  it('are chosen by what the browser prefers', () => {
    expect(preferredLanguage(['fr-CA', 'zh-Hans-CN', 'en'])).toBe('zh');
    expect(preferredLanguage(['fr'])).toBe('en');
  });
});

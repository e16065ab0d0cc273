import { NodeTypes, type TemplateChildNode } from '@vue/compiler-dom';
import { parse } from '@vue/compiler-sfc';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, preferredLanguage } from './language';
import en from './languages/en.json';

const files = import.meta.glob<object>('./languages/*.json', { import: 'default', eager: true });
const areas = import.meta.glob<object>('./languages/*/*.json', { import: 'default', eager: true });

const templates = import.meta.glob<string>('./**/*.vue', { query: '?raw', import: 'default', eager: true });

const sources = import.meta.glob<string>(['./**/*.{ts,vue}', '!./**/*.spec.ts', '!./client/generated/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Every text as `key: placeholders`. */
function shape(messages: object, path = ''): string[] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? shape(value, `${path}${key}.`)
      : `${path}${key}: ${[...new Set(String(value).match(/\{\w+\}/g))].sort().join(' ')}`,
  );
}

/** What the source asks for: whole keys in quotes, and keys with a part that is found out, such as `states.${state}`. */
function asked(): { whole: Set<string>; made: RegExp[] } {
  const all = Object.values(sources).join('\n');
  const made = [...all.matchAll(/`([a-z]\w*\.(?:[\w.]|\$\{[^}`]*\})*\$\{[^}`]*\}[\w.]*)`/g)].map(([, key = '']) => key);
  return {
    whole: new Set([...all.matchAll(/['"]([a-z]\w*(?:\.\w+)+)['"]/g)].map(([, key = '']) => key)),
    made: made.map((key) => new RegExp(`^${key.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '[^.]+')}$`)),
  };
}

/** Attributes that people read or hear. */
const READ = new Set(['aria-label', 'title', 'placeholder', 'label', 'hint', 'text', 'verb', 'description', 'alt', 'back-label', 'empty']);
/** Names and examples, which are the same in every language. */
const SAME =
  /^([A-Za-z]|Slipway|Compose|compose\.yaml|\.env|Dockerfile|docker (run|--host)\b.*|NAME=value|nginx:alpine\b.*|team\/web:.*|\/path|[^A-Za-z]*|[^ ]*[\d/.:=$][^ ]*)$/s;

/** What a template says without asking for the language: texts and attributes. */
function literals(node: TemplateChildNode): string[] {
  if (node.type === NodeTypes.TEXT) return [node.content.trim()];
  if (node.type !== NodeTypes.ELEMENT) return [];
  const own = node.props.flatMap((prop) => (prop.type === NodeTypes.ATTRIBUTE && READ.has(prop.name) ? [prop.value?.content ?? ''] : []));
  return [...own, ...node.children.flatMap(literals)];
}

describe('templates', () => {
  it.each(Object.entries(templates))('of %s say nothing but by the language', (path, source) => {
    const children = parse(source).descriptor.template?.ast?.children ?? [];
    expect(
      children.flatMap(literals).filter((text) => !SAME.test(text)),
      path,
    ).toEqual([]);
  });
});

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

  it('say nothing that nobody asks for', () => {
    const english = Object.entries(areas).filter(([path]) => path.includes('/en/'));
    const named = english.map(([path, messages]) => [path.replace(/.*\/|\.json$/g, ''), messages] as const);
    const keys = shape({ ...en, ...Object.fromEntries(named) }).map((line) => line.replace(/: .*$/s, ''));
    const { whole, made } = asked();
    expect(keys.filter((key) => !whole.has(key) && !made.some((pattern) => pattern.test(key)))).toEqual([]);
  });

  it('are chosen by what the browser prefers', () => {
    expect(preferredLanguage(['fr-CA', 'zh-Hans-CN', 'en'])).toBe('zh');
    expect(preferredLanguage(['fr'])).toBe('en');
  });
});

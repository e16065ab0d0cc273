import { autocompletion, closeBrackets, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { StackCheck, StackKey } from '@/client/stacks';
import { keyPath, keysAt } from './compose-completion';

export interface EditorOptions {
  text: string;
  label: string;
  language: 'compose' | 'env';
  /** Whether it is only read, and copied from. */
  readonly: boolean;
  keys: () => StackKey[];
  variables: () => string[];
  changed: (text: string) => void;
}

export interface TextEditor {
  /** Puts in another text, unless it is this one. */
  replace(text: string): void;
  mark(problems: StackCheck['problems']): void;
  destroy(): void;
}

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.typeName, tags.labelName], color: 'var(--ansi-5)' },
  { tag: tags.comment, color: 'var(--ink-3)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--ink-3)' },
]);

const looks = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.55' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-activeLineGutter': { color: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent) !important',
  },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--ink)', border: '1px solid var(--line-strong)', borderRadius: '6px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-solid)', color: 'var(--on-accent)' },
  '.cm-completionDetail, .cm-completionInfo': { color: 'var(--ink-2)', fontStyle: 'normal' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-diagnostic': { fontFamily: 'var(--font-sans)' },
});

/** A CodeMirror editor in `place`. */
export function makeEditor(place: HTMLElement, { text, label, language, readonly, keys, variables, changed }: EditorOptions): TextEditor {
  const ofCompose: Extension[] = [
    yaml(),
    autocompletion({ override: [(context) => complete(context, keys(), variables())] }),
    lintGutter(),
  ];
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        closeBrackets(),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        syntaxHighlighting(colours),
        looks,
        EditorState.readOnly.of(readonly),
        EditorView.contentAttributes.of({
          'aria-label': label,
          tabindex: '0',
          spellcheck: 'false',
          ...(readonly && { 'aria-readonly': 'true' }),
        }),
        EditorView.updateListener.of(({ docChanged, state }) => docChanged && changed(state.doc.toString())),
        ...(language === 'compose' ? ofCompose : []),
      ],
    }),
  });
  return {
    replace: (next) => {
      if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    mark: (problems) => {
      const end = view.state.doc.length;
      const marks = problems.map(({ from, to, severity, message }) => ({
        from: Math.min(from, end),
        to: Math.min(Math.max(to, from), end),
        severity,
        message,
      }));
      view.dispatch(setDiagnostics(view.state, marks));
    },
    destroy: () => view.destroy(),
  };
}

function complete(context: CompletionContext, keys: StackKey[], variables: string[]): CompletionResult | null {
  const variable = context.matchBefore(/\$\{?[A-Za-z_]\w*$|\$\{?$/);
  if (variable) {
    const options = variables.map((name): Completion => ({ label: `\${${name}}`, type: 'variable' }));
    return { from: variable.from, options, filter: false };
  }
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const lines = context.state.doc.sliceString(0, line.from).split('\n').slice(0, -1);
  const inValue = /^\s*(?:- )?([\w.-]+):\s+(\S*)$/.exec(before);
  if (inValue) {
    const key = keysAt(keys, keyPath(lines, before)).find(({ name }) => name === inValue[1]);
    const options = (key?.words ?? []).map((word): Completion => ({ label: word, type: 'constant' }));
    return options.length > 0 ? { from: context.pos - (inValue[2]?.length ?? 0), options } : null;
  }
  const word = /^\s*(?:- )?([\w.-]*)$/.exec(before);
  if (!word || (!context.explicit && word[1] === '')) return null;
  const options = keysAt(keys, keyPath(lines, before)).map(({ name, help, kind }): Completion => ({
    label: name,
    detail: help,
    type: 'property',
    apply: kind === 'value' ? `${name}: ` : `${name}:`,
  }));
  return options.length > 0 ? { from: context.pos - (word[1]?.length ?? 0), options } : null;
}

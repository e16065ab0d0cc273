import { describe, expect, test } from 'vitest';
import { parseDockerfile } from './dockerfile.js';
import { expander, splitRaw } from './words.js';

const steps = (text: string) => parseDockerfile(`FROM scratch\n${text}`).stages[0]?.steps ?? [];
const step = (text: string) => steps(text)[0]?.instruction;

describe('lines', () => {
  test('continued lines are joined; comments and empty lines among them are passed over', () => {
    const { stages, warnings } = parseDockerfile('# first\nFROM a\n\nRUN one \\\n  # comment\n\n  two \\\n  three\nCMD x\n');
    expect(stages[0]?.steps.map(({ text, line }) => [text, line])).toEqual([
      ['RUN one   two   three', 4],
      ['CMD x', 9],
    ]);
    expect(warnings).toHaveLength(1);
  });

  test('a directive changes the escape character', () => {
    const { stages, escape } = parseDockerfile('# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN one `\n two\\\nCMD c:\\');
    expect(escape).toBe('`');
    expect(stages[0]?.steps.map(({ text }) => text)).toEqual(['RUN one  two\\', 'CMD c:\\']);
  });

  test('here-documents follow RUN, COPY and ADD', () => {
    const [run, copy, tabs] = steps(
      'RUN <<EOF\necho a\necho $b\nEOF\nCOPY <<"a.txt" <<b.txt /x/\n$A\na.txt\nB\nb.txt\nRUN cat <<-EOF\n\tx\n\tEOF',
    );
    expect(run?.instruction).toMatchObject({ heredocs: [{ name: 'EOF', content: 'echo a\necho $b\n', expand: true }] });
    expect(copy?.instruction).toMatchObject({
      sources: [],
      destination: '/x/',
      heredocs: [
        { name: 'a.txt', content: '$A\n', expand: false },
        { name: 'b.txt', content: 'B\n', expand: true },
      ],
    });
    expect(tabs?.instruction).toMatchObject({ heredocs: [{ chomp: true, content: '\tx\n' }] });
  });
});

describe('instructions', () => {
  test.each<[string, object]>([
    ['RUN ["a", "b"]', { command: { words: ['a', 'b'], shell: false } }],
    ['run echo "x" && y', { name: 'RUN', command: { words: ['echo "x" && y'], shell: true } }],
    [
      'COPY --from=build --chown=1:2 --chmod=755 a b /c/',
      { from: 'build', chown: '1:2', chmod: '755', sources: ['a', 'b'], destination: '/c/' },
    ],
    ['ADD ["a b", "/c"]', { sources: ['a b'], destination: '/c' }],
    ['ARG A B=c', { args: [{ name: 'A' }, { name: 'B', value: 'c' }] }],
    [
      'ENV A="x y" B=z',
      {
        pairs: [
          ['A', '"x y"'],
          ['B', 'z'],
        ],
      },
    ],
    ['ENV A x y', { pairs: [['A', 'x y']] }],
    ['SHELL ["/bin/bash", "-c"]', { words: ['/bin/bash', '-c'] }],
    ['VOLUME /a /b', { paths: ['/a', '/b'] }],
    ['ONBUILD RUN make', { trigger: 'RUN make' }],
  ])('%s', (text, expected) => expect(step(text)).toMatchObject(expected));

  test('FROM has a platform and a name', () => {
    const { stages, args } = parseDockerfile('ARG V=1\nFROM --platform=linux/arm64 a:$V AS Build\nFROM build');
    expect(args).toHaveLength(1);
    expect(stages.map(({ from }) => from.instruction)).toMatchObject([
      { base: 'a:$V', platform: 'linux/arm64', as: 'build' },
      { base: 'build', as: undefined },
    ]);
  });

  test.each([
    ['RUNN x', /line 2: unknown instruction: RUNN/],
    ['RUN echo a\nCOPY a', /line 3: COPY requires at least two arguments/],
    ['RUN --mount=type=cache,target=/x y', /--mount option requires BuildKit/],
    ['COPY --link a b', /--link option requires BuildKit/],
    ['COPY --colour=x a b', /unknown flag: --colour/],
    ['RUN <<EOF\nx', /line 2: unterminated heredoc EOF/],
    ['SHELL /bin/sh', /must be|JSON form/],
    ['FROM a b', /either one or three arguments/],
    ['FROM a AS 1x', /invalid name for build stage/],
    ['FROM a AS x\nFROM b AS X', /duplicate name x/],
    ['ENV A', /ENV must have two arguments/],
    ['CMD', /CMD requires at least one argument/],
  ])('%j is refused', (text, message) => expect(() => parseDockerfile(`FROM scratch\n${text}`)).toThrow(message));

  test.each([
    ['', /no instructions/],
    ['# only a comment', /no instructions/],
    ['RUN x\nFROM a', /line 1: no build stage/],
    ['# escape=x\nFROM a', /invalid escape token/],
    ['# escape=`\n# escape=`\nFROM a', /only one escape/],
  ])('the file %j is refused', (text, message) => expect(() => parseDockerfile(text)).toThrow(message));
});

describe('variables', () => {
  const variables = new Map([
    ['A', 'one'],
    ['EMPTY', ''],
    ['PATHS', '/usr/local/bin'],
    ['LIST', '80 81'],
  ]);
  const { word, words } = expander(variables, '\\');

  test.each([
    ['$A ${A}', 'one one'],
    ['"$A" \'$A\' \\$A', 'one $A $A'],
    ['${EMPTY:-x}${EMPTY-y}${NONE-z}', 'xz'],
    ['${A:+x}${EMPTY:+y}${EMPTY+z}', 'xz'],
    ['${NONE:-${A:-b}}', 'one'],
    ['${PATHS#*/}', 'usr/local/bin'],
    ['${PATHS##*/}', 'bin'],
    ['${PATHS%/*}', '/usr/local'],
    ['${PATHS%%/*}', ''],
    ['${PATHS/local/x}', '/usr/x/bin'],
    ['${PATHS//\\//-}', '-usr-local-bin'],
    ['a"b\\"c\\d"e', 'ab"c\\de'],
    ['100$', '100$'],
  ])('%s', (text, expected) => expect(word(text)).toBe(expected));

  test('an unquoted variable is split where several words may be', () => {
    expect(words('$LIST "$LIST" x$A')).toEqual(['80', '81', '80 81', 'xone']);
  });

  test.each([
    ['${NONE:?give it}', /give it/],
    ['${A', /missing '}'/],
    ['${A!x}', /unsupported modifier/],
    ['"x', /double-quote/],
  ])('%s is refused', (text, message) => expect(() => word(text)).toThrow(message));

  test('words keep their quotes until they are expanded', () => {
    expect(splitRaw('a="b c"  d\\ e \'f g\'', '\\')).toEqual(['a="b c"', 'd\\ e', "'f g'"]);
  });
});

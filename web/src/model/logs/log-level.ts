export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Names of levels as programs write them; the severe ones first. */
const NAMES: Record<LogLevel, string> = {
  error: 'fatal|panic|critical|crit|error|err|severe|emerg|alert|exception',
  warn: 'warning|warn',
  info: 'info|information|notice|log',
  debug: 'debug|dbg|trace|verbose|finest|fine',
};
const LEVELS = Object.keys(NAMES) as LogLevel[];
/** `level=warn`, `"level":"warn"`, `[WARN]`, `<warn>`, `WARN:`: said on purpose, wherever it stands in the beginning of the line. */
const SAID = LEVELS.map(
  (level) =>
    [
      level,
      new RegExp(
        `(?:(?:level|lvl|severity|loglevel)["']?\\s*[=:]\\s*["']?(?:${NAMES[level]})\\b)|[[<(|]\\s*(?:${NAMES[level]})\\s*[\\])>|]`,
        'i',
      ),
    ] as const,
);
/** A word in capitals, or before a colon: mostly meant as a level. */
const WORD = LEVELS.map(
  (level) =>
    [level, new RegExp(`(?:^|[\\s:|-])(?:${NAMES[level].toUpperCase()})(?=[\\s:|\\]-]|$)|(?:^|\\s)(?:${NAMES[level]}):`, '')] as const,
);
/** One look tells most lines apart that have none. */
const ANY = new RegExp(`${Object.values(NAMES).join('|')}|"level"`, 'i');
/** The level stands early in a line, or is not there. */
const LOOKED_AT = 160;
/** pino and bunyan write numbers. */
const NUMBERED = /"level":\s*(\d\d)\b/;

/** The level that a line seems to have, from the surest sign to the weakest; undefined when there is none. */
export function levelOf(plain: string): LogLevel | undefined {
  const start = plain.length > LOOKED_AT ? plain.slice(0, LOOKED_AT) : plain;
  if (!ANY.test(start)) return undefined;
  const number = NUMBERED.exec(start)?.[1];
  if (number) return Number(number) >= 50 ? 'error' : Number(number) >= 40 ? 'warn' : Number(number) >= 30 ? 'info' : 'debug';
  return (SAID.find(([, pattern]) => pattern.test(start)) ?? WORD.find(([, pattern]) => pattern.test(start)))?.[0];
}

/** Frames of stack traces, and what is indented, belong to the line before. */
const CONTINUED =
  /^(?:\s+\S|Caused by: |\.\.\. \d+ more|Traceback \(most recent|During handling of the above|goroutine \d+ \[|\s*at \S+ ?\()/;

/** Whether a line goes on with what the line before has begun. */
export function isContinuation(plain: string): boolean {
  return ' \tC.TDg'.includes(plain[0] ?? 'x') && CONTINUED.test(plain);
}

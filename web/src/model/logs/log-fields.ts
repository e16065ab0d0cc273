/** A line of JSON as people read it: what it says first, then the rest. */
export interface LogFields {
  message: string;
  fields: { name: string; value: string }[];
}

const MESSAGES = ['msg', 'message', 'log', 'event', 'text'];
/** The line itself has a time, and a colour for the level. */
const TOLD_ELSEWHERE = new Set(['time', 'ts', 'timestamp', '@timestamp', 'level', 'severity', 'lvl']);
const LONGEST = 32 * 1024;

/** The fields of a line that is one JSON object; undefined for any other line. */
export function logFields(plain: string): LogFields | undefined {
  if (!plain.startsWith('{') || !plain.trimEnd().endsWith('}') || plain.length > LONGEST) return undefined;
  const object = parsed(plain);
  if (!object) return undefined;
  const key = MESSAGES.find((name) => typeof object[name] === 'string') ?? '';
  const fields = Object.entries(object)
    .filter(([name]) => name !== key && !TOLD_ELSEWHERE.has(name))
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));
  return { message: String(object[key] ?? ''), fields };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // braces alone make no JSON
    return undefined;
  }
}

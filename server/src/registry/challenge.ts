/** How a registry wants to be asked. RFC 9110, section 11.6.1. */
export interface Challenge {
  /** Lower case: bearer, basic. */
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`^\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))\\s*(?:,|$)`);
const SCHEME = new RegExp(`^\\s*,?\\s*(${TOKEN})(?:\\s+|$)`);

/** Reads WWW-Authenticate headers; what is out of form ends the reading. */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  return [header ?? []].flat().flatMap(parseOne);
}

function parseOne(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = header;
  for (let scheme = SCHEME.exec(rest); scheme; scheme = SCHEME.exec(rest)) {
    rest = rest.slice(scheme[0].length);
    const parameters: Record<string, string> = {};
    for (let pair = PARAMETER.exec(rest); pair; pair = PARAMETER.exec(rest)) {
      parameters[(pair[1] ?? '').toLowerCase()] = pair[2] === undefined ? (pair[3] ?? '') : pair[2].replace(/\\(.)/g, '$1');
      rest = rest.slice(pair[0].length);
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters });
  }
  return challenges;
}

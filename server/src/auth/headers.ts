/** Headers of a request as Node gives them: lower-case names. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A header that may be there once; undefined when it is not there. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * The value of a cookie; undefined when there is none, or several of one name: then another page on the same host has set
 * one too, and whose is whose cannot be told (RFC 6265, 8.6).
 */
export function cookieOf(headers: Headers, name: string): string | undefined {
  const values = (headerOf(headers, 'cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** A proxy's URL without the login that may be in it, for people to see. */
export function withoutLogin(proxy: string): string {
  if (!URL.canParse(proxy)) return proxy;
  const url = new URL(proxy);
  if (url.username === '' && url.password === '') return proxy;
  url.username = 'xxxxx';
  url.password = 'xxxxx';
  return url.href;
}

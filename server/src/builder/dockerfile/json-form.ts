/** The list of strings that a text is in JSON; undefined when it is none, which makes it a line as any other. */
export function parseArray(text: string): string[] | undefined {
  if (!text.trim().startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch {
    // As Docker takes it: what is no list is a command line.
    return undefined;
  }
}

/** The parts of a path with the path up to each. */
export function breadcrumbs(path: string): { name: string; path: string }[] {
  const names = path.split('/').filter(Boolean);
  return names.map((name, at) => ({ name, path: `/${names.slice(0, at + 1).join('/')}` }));
}

export const joinPath = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);

/** What a person means by `text` in a folder: a name or path from there on, or an absolute path. */
export const pathFrom = (folder: string, text: string): string => (text.startsWith('/') ? text : joinPath(folder, text));

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** `rwxr-xr-x`. */
export function modeText(mode: number): string {
  const bits = 'rwxrwxrwx';
  return [...bits].map((letter, at) => (mode & (1 << (8 - at)) ? letter : '-')).join('');
}

/** The text of a file; undefined where its bytes are no text. */
export function textOf(bytes: ArrayBuffer): string | undefined {
  const looked = new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 8192));
  if (looked.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // not UTF-8: shown as no text
    return undefined;
  }
}

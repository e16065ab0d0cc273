/** A file of an archive. */
export interface TarFile {
  /** Without a leading slash. */
  path: string;
  content: Blob;
  executable?: boolean;
}

const BLOCK = 512;
const encoder = new TextEncoder();

/** A tar of files (POSIX ustar; long names as pax records). The contents are not read before the tar is. */
export function tarOf(files: readonly TarFile[]): Blob {
  const parts: BlobPart[] = [];
  for (const { path, content, executable } of files) {
    const long = encoder.encode(path).length > 100;
    if (long) {
      const record = paxRecord('path', path);
      parts.push(header('pax', record.length, 'x', 0o644), record, padding(record.length));
    }
    parts.push(header(long ? path.slice(-50).replaceAll(/[^\x20-\x7e]/g, '_') : path, content.size, '0', executable ? 0o755 : 0o644));
    parts.push(content, padding(content.size));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts, { type: 'application/x-tar' });
}

function header(name: string, size: number, type: string, mode: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(encoder.encode(text), at);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  put(0, name);
  put(100, octal(mode, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(size, 12));
  put(136, octal(0, 12));
  put(148, '        ');
  put(156, type);
  put(257, 'ustar\x0000');
  put(
    148,
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
  );
  return block;
}

/** A pax record begins with its own length. */
function paxRecord(key: string, value: string): Uint8Array<ArrayBuffer> {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return encoder.encode(`${length} ${key}=${value}\n`);
}

function padding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

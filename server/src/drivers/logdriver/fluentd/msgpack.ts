/** The MessagePack of what fluentd is sent: texts, maps of texts, arrays, whole numbers, and its own time (extension type 0). */
export type Packable = string | number | readonly Packable[] | ReadonlyMap<string, string> | EventTime;

/** Seconds and nanoseconds since 1970. */
export class EventTime {
  constructor(
    readonly seconds: number,
    readonly nanoseconds: number,
  ) {}
}

export function pack(value: Packable): Buffer {
  if (typeof value === 'string') return packText(value);
  if (typeof value === 'number') return numbered([[0xce, 4]], value);
  if (value instanceof EventTime) {
    const bytes = Buffer.from([0xd7, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.writeUInt32BE(value.seconds, 2);
    bytes.writeUInt32BE(value.nanoseconds, 6);
    return bytes;
  }
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, string>)].flatMap(([key, text]) => [packText(key), packText(text)]);
    return Buffer.concat([counted(0x80, 0xde, value.size), ...entries]);
  }
  const items = value as readonly Packable[];
  return Buffer.concat([counted(0x90, 0xdc, items.length), ...items.map(pack)]);
}

function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head =
    bytes.length < 32
      ? Buffer.from([0xa0 | bytes.length])
      : numbered(
          [
            [0xd9, 1],
            [0xda, 2],
            [0xdb, 4],
          ],
          bytes.length,
        );
  return Buffer.concat([head, bytes]);
}

/** The head of a map or an array: up to 15 entries in the type's own byte. */
function counted(small: number, large: number, size: number): Buffer {
  return size < 16
    ? Buffer.from([small | size])
    : numbered(
        [
          [large, 2],
          [large + 1, 4],
        ],
        size,
      );
}

/** A type's byte and a number, in the first of the forms [type, bytes of the number] that it fits in. */
function numbered(forms: readonly (readonly [type: number, bytes: number])[], value: number): Buffer {
  const [type, size] = forms.find(([, bytes]) => value < 256 ** bytes) ?? [0xdb, 4];
  const head = Buffer.alloc(1 + size, type);
  head.writeUIntBE(value, 1, size);
  return head;
}

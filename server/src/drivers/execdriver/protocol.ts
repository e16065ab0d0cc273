/** The control connection of a shim: native/shim/protocol.h. Numbers are little-endian, the machine's own order. */

export const OPERATION = { start: 1, signal: 2, resize: 3, attach: 4, dispose: 5, subscribe: 6 } as const;
export type Operation = keyof typeof OPERATION;

export const KIND = { done: 1, failed: 2, state: 3, exit: 4 } as const;

/** Bits of the streams that a connection or an exec wants. */
export const STREAM = { stdin: 1, stdout: 2, stderr: 4 } as const;

const HEADER = 16;

export interface Answer {
  readonly kind: number;
  readonly sequence: number;
  readonly value: number;
  /** JSON, "" when there is none. */
  readonly payload: string;
}

export function streamBits(request: { stdin: boolean; stdout: boolean; stderr: boolean }): number {
  return (request.stdin ? STREAM.stdin : 0) | (request.stdout ? STREAM.stdout : 0) | (request.stderr ? STREAM.stderr : 0);
}

export function encodeRequest(operation: Operation, sequence: number, first = 0, second = 0): Buffer {
  const request = Buffer.allocUnsafe(HEADER);
  request.writeUInt32LE(OPERATION[operation], 0);
  request.writeUInt32LE(sequence, 4);
  request.writeUInt32LE(first, 8);
  request.writeUInt32LE(second, 12);
  return request;
}

/** Takes whole answers off the front of what was received; what is left belongs before the next bytes. */
export function decodeAnswers(received: Buffer): { answers: Answer[]; rest: Buffer } {
  const answers: Answer[] = [];
  let at = 0;
  while (received.length - at >= HEADER) {
    const end = at + HEADER + received.readUInt32LE(at + 12);
    if (received.length < end) break;
    answers.push({
      kind: received.readUInt32LE(at),
      sequence: received.readUInt32LE(at + 4),
      value: received.readUInt32LE(at + 8),
      payload: received.toString('utf8', at + HEADER, end),
    });
    at = end;
  }
  return { answers, rest: received.subarray(at) };
}

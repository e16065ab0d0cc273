import { expect, it } from 'vitest';
import { demultiplex } from './raw-stream';

function frame(stream: number, text: string): number[] {
  const payload = [...new TextEncoder().encode(text)];
  return [stream, 0, 0, 0, 0, 0, payload.length >> 8, payload.length & 255, ...payload];
}

async function through(bytes: number[], size: number): Promise<string> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(new Uint8Array(bytes.slice(at, at + size)));
      controller.close();
    },
  });
  return new Response(source.pipeThrough(demultiplex())).text();
}

it.each([1, 3, 8, 1000])('takes the payload out, in pieces of %i bytes', async (size) => {
  const bytes = [...frame(1, 'hello\n'), ...frame(2, ''), ...frame(2, 'x'.repeat(300)), ...frame(1, 'end')];
  expect(await through(bytes, size)).toBe(`hello\n${'x'.repeat(300)}end`);
});

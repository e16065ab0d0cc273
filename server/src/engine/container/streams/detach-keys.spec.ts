import { describe, expect, it } from 'vitest';
import { DetachFilter, parseDetachKeys } from './detach-keys.js';

it('reads key sequences', () => {
  expect([...parseDetachKeys(undefined)]).toEqual([16, 17]);
  expect([...parseDetachKeys('ctrl-a,x,ctrl-[,ctrl-@')]).toEqual([1, 120, 27, 0]);
  expect(() => parseDetachKeys('ctrl-1')).toThrow('unknown key "ctrl-1"');
});

describe('DetachFilter', () => {
  async function type(...chunks: string[]) {
    let detached = false;
    const filter = new DetachFilter(Buffer.from('\x10\x11'), () => (detached = true));
    for (const chunk of chunks) filter.write(chunk);
    filter.end();
    let passed = '';
    for await (const chunk of filter) passed += String(chunk);
    return { passed, detached };
  }

  it('passes everything else on', async () => {
    expect(await type('abc', '\x10', 'd\x10\x10e', '\x10')).toEqual({ passed: 'abc\x10d\x10\x10e\x10', detached: false });
  });

  it('detaches on the sequence, also when it comes in pieces', async () => {
    expect(await type('ab\x10\x11')).toEqual({ passed: 'ab', detached: true });
    expect(await type('ab\x10', '\x11')).toEqual({ passed: 'ab', detached: true });
    expect(await type('\x10\x10\x11')).toEqual({ passed: '\x10', detached: true });
  });
});

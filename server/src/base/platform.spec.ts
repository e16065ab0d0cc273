import { describe, expect, it } from 'vitest';
import { formatPlatform, parsePlatform, parsePlatformJson, platformDistance } from './platform.js';

describe('parsePlatform', () => {
  it.each([
    ['linux/arm64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/x86_64', 'linux/amd64'],
    ['arm64', 'linux/arm64'],
    ['linux/armhf', 'linux/arm/v7'],
    ['Linux/ARM/v6', 'linux/arm/v6'],
  ])('%s', (text, platform) => expect(formatPlatform(parsePlatform(text))).toBe(platform));

  it.each(['', 'linux/', 'a/b/c/d', 'linux/../x'])('refuses %j', (text) => expect(() => parsePlatform(text)).toThrow('invalid platform'));

  it.each(['', '{}', '{"os":"linux"}', 'null', '{"os":1,"architecture":"a"}'])('refuses the JSON %j', (text) => {
    expect(() => parsePlatformJson(text)).toThrow('platform');
  });
});

describe('platformDistance', () => {
  const distance = (offer: string, wanted: string) => platformDistance(parsePlatform(offer), parsePlatform(wanted));

  it('lets a lower ARM run on a higher one, the nearer the better', () => {
    expect(distance('linux/arm/v7', 'linux/arm/v7')).toBe(0);
    expect(distance('linux/arm/v6', 'linux/arm/v7')).toBe(1);
    expect(distance('linux/arm/v7', 'linux/arm/v6')).toBeUndefined();
    expect(distance('linux/arm64', 'linux/arm64/v8')).toBe(0);
    expect(distance('linux/arm64', 'linux/amd64')).toBeUndefined();
    expect(distance('windows/amd64', 'linux/amd64')).toBeUndefined();
  });
});

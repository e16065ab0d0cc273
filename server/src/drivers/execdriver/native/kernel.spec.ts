import { expect, it } from 'vitest';
import { requireKernel } from './kernel.js';

it.each(['5.12.0', '5.15.167-generic', '6.1.0-56-amd64', '7.0'])('runs on Linux %s', (kernel) => {
  expect(() => requireKernel(kernel)).not.toThrow();
});

it.each(['5.11.22', '5.4.0-200-generic', '4.19.0', 'unknown'])('refuses Linux %s and says what to do', (kernel) => {
  expect(() => requireKernel(kernel)).toThrow(`containers need Linux 5.12 or later, and this is ${kernel}`);
});

import type { Browser } from '@playwright/test';
import type { SignedIn } from '../../fixtures/live-page.ts';
import type { Figure } from './figure.ts';
import { openPage } from './open-page.ts';

const ROUNDS = 5;

/** What a browser that was never here loads before it shows the list of containers, and when the list is there. */
export async function firstLoad(browser: Browser, dashboard: string, signedIn: SignedIn): Promise<Figure[]> {
  const bytes: number[] = [];
  const contentful: number[] = [];
  const listed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await openPage(browser, dashboard, signedIn);
    const session = await page.context().newCDPSession(page);
    const scripts = new Set<string>();
    let received = 0;
    session.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) received += encodedDataLength;
    });
    await session.send('Network.enable');
    const start = performance.now();
    await page.goto(`${dashboard}/containers`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    listed.push(performance.now() - start);
    contentful.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN));
    await page.waitForLoadState('networkidle');
    bytes.push(received);
    await page.context().close();
  }
  return [
    { title: 'script of the first load, gzip', value: middle(bytes) / 1000, unit: 'KB', atMost: 250 },
    { title: 'first content painted', value: middle(contentful), unit: 'ms', atMost: 1000 },
    { title: "the page's heading visible", value: middle(listed), unit: 'ms', atMost: 1000 },
  ];
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

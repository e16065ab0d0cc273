import type { Page } from '@playwright/test';

/** What a page drew in a span of time. */
export interface Frames {
  readonly perSecond: number;
  /** Milliseconds between one frame and the next, at the worst. */
  readonly longest: number;
  /** Frames that came more than 50 ms after the one before. */
  readonly late: number;
}

/**
 * Counts the frames of a page, by requestAnimationFrame.
 * @param milliseconds how long
 * @param scroll pixels to move the longest scrolling part of the page by in every frame, up and down again; 0 leaves it alone
 */
export function frames(page: Page, milliseconds: number, scroll = 0): Promise<Frames> {
  return page.evaluate(
    ([span, pixels]) => {
      const room = (part: Element) => part.scrollHeight - part.clientHeight;
      const longest = [...document.querySelectorAll('*')].reduce(
        (most, part) => (room(part) > room(most) ? part : most),
        document.documentElement,
      );
      const intervals: number[] = [];
      let direction = 1;
      return new Promise<{ perSecond: number; longest: number; late: number }>((resolve) => {
        const start = performance.now();
        let last: number | undefined;
        const frame = (now: number) => {
          if (last !== undefined) intervals.push(now - last);
          last = now;
          if (pixels > 0) {
            if (longest.scrollTop >= room(longest) - 1) direction = -1;
            if (longest.scrollTop <= 0) direction = 1;
            longest.scrollTop += direction * pixels;
          }
          if (now - start < span) return void requestAnimationFrame(frame);
          const total = intervals.reduce((sum, each) => sum + each, 0);
          const most = Math.max(...intervals);
          resolve({ perSecond: (intervals.length / total) * 1000, longest: most, late: intervals.filter((each) => each > 50).length });
        };
        requestAnimationFrame(frame);
      });
    },
    [milliseconds, scroll] as const,
  );
}

/** Bytes of the page's heap, after a garbage collection. */
export async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

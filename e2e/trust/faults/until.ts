const STEP_MS = 50;

/** Waits until something holds. @throws Error naming it after `within` ms */
export async function until(what: string, holds: () => Promise<boolean>, within = 120_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, STEP_MS);
    await promise;
  }
}

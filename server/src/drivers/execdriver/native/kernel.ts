import { release } from 'node:os';

/** First Linux with mount_setattr(2), the youngest system call that the runtime cannot do without. */
const OLDEST = [5, 12] as const;

/**
 * Refuses a kernel that cannot run containers, before one is asked for.
 * @param kernel as uname(2) gives it, such as 6.1.0-56-amd64
 */
export function requireKernel(kernel = release()): void {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => parseInt(part, 10));
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new Error(`containers need Linux ${OLDEST.join('.')} or later, and this is ${kernel}: boot a newer kernel`);
}

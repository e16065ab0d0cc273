import { isIP } from 'node:net';
import type { PoolTemplate } from '../../base/config.js';
import { invalidParameter } from '../../base/errors.js';

/** Reads --default-address-pool: base=172.30.0.0/16,size=24 as a flag, an object of both in the file. @throws InvalidParameter */
export function readPools(flag: string, value: unknown): PoolTemplate[] {
  const wrong = (pool: unknown) =>
    invalidParameter(
      `--${flag}: invalid address pool ${JSON.stringify(pool)}: write base=172.30.0.0/16,size=24, the size from the base's prefix on`,
    );
  if (!Array.isArray(value)) throw wrong(value);
  return value.map((given: unknown) => {
    const pool: unknown = typeof given === 'string' ? Object.fromEntries(given.split(',').map((part) => part.split('=', 2))) : given;
    if (typeof pool !== 'object' || pool === null) throw wrong(given);
    const { base, size } = pool as { base?: unknown; size?: unknown };
    const [address = '', prefix = ''] = typeof base === 'string' ? base.split('/') : [];
    const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : 0;
    const length = Number(size);
    if (!/^\d+$/.test(prefix) || !Number.isInteger(length) || length < Number(prefix) || length > bits) throw wrong(given);
    return { base: base as string, size: length };
  });
}

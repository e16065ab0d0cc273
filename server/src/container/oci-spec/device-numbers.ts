/** Major and minor number of a device. makedev(3) as glibc packs it: major in bits 8-19 and 32-63, minor in bits 0-7 and 20-31. */
export function deviceNumbers(rdev: number): { major: number; minor: number } {
  const device = BigInt(rdev);
  return {
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  };
}

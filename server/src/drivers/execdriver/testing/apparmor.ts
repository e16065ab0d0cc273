import { describe, expect, it } from 'vitest';
import { DEFAULT_APPARMOR_PROFILE, ensureDefaultProfile, hasAppArmor } from '../../../container/apparmor.js';
import { ALL, type Given } from './given.js';
import { collect } from './box.js';
import { processOf } from './spec.js';

/** Where the kernel has AppArmor, as that of the guest of `npm run test:v2` has. */
export function testAppArmor(given: Given): void {
  describe.runIf(hasAppArmor())('the default AppArmor profile', () => {
    const bounding = [...(processOf([])['capabilities'] as { bounding: string[] }).bounding, 'CAP_SYS_ADMIN'];
    const process = { apparmorProfile: DEFAULT_APPARMOR_PROFILE, capabilities: { bounding, permitted: bounding, effective: bounding } };
    const confined = `${DEFAULT_APPARMOR_PROFILE} (enforce)\n`;

    it('is loaded where it is not, and denies what the capabilities would allow', async () => {
      await ensureDefaultProfile();
      await ensureDefaultProfile();
      const script = `cat /proc/self/attr/current
        mkdir /m; mount -t tmpfs none /m 2>&1 | grep -o "Permission denied"
        echo made >/made && cat /made
        (sleep 100 & kill $!; wait $!; echo $?) 2>/dev/null`;
      const { output } = await given.box.run(given.driver, given.sh(script, { process }));
      expect(output).toBe(`${confined}Permission denied\nmade\n143\n`);
      const mount = 'mkdir /m; mount -t tmpfs none /m && echo mounted';
      const free = await given.box.run(given.driver, given.sh(mount, { process: { capabilities: process.capabilities } }));
      expect(free.output).toBe('mounted\n');
    });

    it('holds what joins the container, which can be stopped from outside', async () => {
      const container = await given.box.create(given.driver, given.sh('trap "exit 5" TERM; while :; do sleep 0.1; done', { process }));
      await container.start();
      const exec = await container.exec({
        id: 'a'.repeat(64),
        process: { ...processOf(['cat', '/proc/self/attr/current']), ...process },
        tty: false,
        attach: ALL,
      });
      expect(await collect(exec.stream, false)).toBe(confined);
      await container.signal(15);
      expect(await container.exit).toMatchObject({ exitCode: 5 });
      await container.dispose();
    });
  });
}

import 'reflect-metadata';
import { messageOf } from './base/errors.js';
import { PRODUCT } from './base/product.js';
import { configure } from './daemon/settings/configuration.js';
import { startDaemon } from './daemon/daemon.js';
import { usage } from './daemon/settings/flags.js';
import { useProxies } from './daemon/settings/proxies.js';
import { toldInVain } from './daemon/settings/told-in-vain.js';
import { readSettings } from './daemon/settings/settings.js';
import { daemonLog } from './daemon/log.js';
import { keepMemorySmall } from './daemon/memory.js';
import { notify } from './daemon/notify.js';
import { checkHost } from './daemon/host-check.js';
import { repairDatabase } from './state/repair.js';

/** The process `slipwayd`: reads the flags, runs the daemon, ends it on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  if (settings.help) return print(usage());
  if (settings.version) return print(`${PRODUCT.name} version ${PRODUCT.version}`);
  const config = configure(settings);
  if (settings.validate) return print('configuration OK');
  if (settings['repair-database']) return repairDatabase(config.dataRoot).forEach(print);
  checkHost();
  const log = daemonLog(config);
  for (const sentence of toldInVain(settings, config)) log.warn(sentence);
  useProxies(config.proxies);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  process.title = 'slipwayd';
  const daemon = await startDaemon(config, log);
  if (daemon.dashboard) print(`dashboard: ${daemon.dashboard}`);
  if (daemon.setupLink) print(`make the first admin with this link, which works once: ${daemon.setupLink}`);
  print(`slipwayd ${PRODUCT.version} is ready on ${config.hosts.join(', ')}`);
  notify('READY=1');
  process.on('SIGHUP', () => {
    notify('RELOADING=1');
    try {
      daemon.reload(configure(readSettings(process.argv.slice(2))));
    } catch (error) {
      log.error(`the configuration stays as it was: ${messageOf(error)}`);
    }
    notify('READY=1');
  });
  await keepMemorySmall(log);
  await stopped;
  notify('STOPPING=1');
  await daemon.stop();
}

/** A line for people and programs that wait on standard output. */
function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`slipwayd: ${messageOf(error)}\n`);
    process.exit(1);
  },
);

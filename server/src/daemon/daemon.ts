import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../app.module.js';
import { Auditor } from '../api/access/auditor.js';
import { DocumentAuthority } from '../api/access/authority.js';
import { Presence } from '../api/access/presence.js';
import { filterListed } from '../api/access/listed.js';
import { gateOf } from '../api/http/gate.js';
import { AlertWatch } from '../api/live/alerts/alert-watch.js';
import { GitUpdates } from '../api/live/stacks/git-updates.js';
import { LiveAdapter } from '../api/live/live.adapter.js';
import { StatsRecorder } from '../api/live/stats/recorder.js';
import { listenOn, listenTcp, listenUnix, type ListenerKind } from '../api/http/listeners.js';
import { buildServer, type HttpServer } from '../api/http/server.js';
import { Access } from '../auth/access.js';
import { RequestPolicy } from '../auth/request-policy.js';
import type { DaemonConfig } from '../base/config.js';
import { messageOf } from '../base/errors.js';
import { PRODUCT } from '../base/product.js';
import { Undo } from '../base/undo.js';
import { Ownership } from '../engine/access/index.js';
import { Metrics } from '../engine/metrics/metrics.js';
import { Lifecycle } from '../engine/lifecycle.js';
import { Events } from '../events/events.js';
import { daemonId } from '../engine/system/daemon-id.js';
import { ScheduleClock } from '../schedules/clock.js';
import { Database } from '../state/database.js';
import { chooseSockets, passedSockets } from './activation.js';
import { groupId } from './group.js';
import type { DaemonLog } from './log.js';
import { serveMetrics } from './metrics.js';
import { writePidfile } from './pidfile.js';
import { reload } from './reload.js';

const PAGE = join(import.meta.dirname, '../../../web/dist');

/** A running daemon. */
export interface Daemon {
  /** http://address:port of the dashboard, where it is on. */
  readonly dashboard: string | undefined;
  /** Path and fragment of the link that makes the first admin; undefined once there is one. */
  readonly setupLink: string | undefined;
  /** Takes over from a configuration that was read again what can change meanwhile, and tells of it. */
  reload(next: DaemonConfig): void;
  /** Ends jobs, containers (without live restore), listeners and rooms, in this order. */
  stop(): Promise<void>;
}

/** Brings the daemon up: roots, rooms, what a former daemon left, and last the doors. Whatever fails takes the rest back. */
export async function startDaemon(config: DaemonConfig, logger: DaemonLog): Promise<Daemon> {
  const undo = new Undo();
  try {
    makeRoots(config);
    undo.add(config.pidfile, writePidfile(config.pidfile));
    const http = await buildServer(AppModule.of(config), {
      banner: `${PRODUCT.name}/${PRODUCT.version} (linux)`,
      experimental: config.experimental,
      page: config.dashboard ? PAGE : undefined,
      checkResponses: process.env['SLIPWAY_CHECK_RESPONSES'] === '1',
      logger,
      dashboardTls: undefined,
      prepare: (app) => app.useWebSocketAdapter(new LiveAdapter(app)),
    });
    undo.add(http, () => http.app.close());
    const access = http.app.get(Access);
    const ownership = http.app.get(Ownership);
    const auditor = http.app.get(Auditor, { strict: false });
    const presence = http.app.get(Presence, { strict: false });
    http.guard(
      gateOf(http.app.get(RequestPolicy), http.app.get(DocumentAuthority, { strict: false })),
      (operation, answer, rights) => filterListed(operation, answer, rights, ownership),
      (request, reply) => {
        auditor.begin(request, reply);
        presence.begin(request, reply);
      },
    );
    const lifecycle = http.app.get(Lifecycle);
    undo.add(await lifecycle.restore(), () => lifecycle.shutdown());
    http.app.get(StatsRecorder).adapt();
    http.app.get(AlertWatch).begin();
    http.app.get(ScheduleClock).begin();
    await http.app.get(GitUpdates).begin();
    const dashboard = await openDoors(config, http, undo);
    return {
      dashboard,
      setupLink: dashboard && access.setupLink(dashboard),
      reload: (next) => {
        const attributes = reload(config, next);
        logger.follow(config);
        http.app.get(Events).publish('daemon', 'reload', daemonId(http.app.get(Database)), { name: hostname(), ...attributes });
      },
      stop: async () => {
        for (const failure of await undo.unwind()) logger.error(`shutdown: ${messageOf(failure)}`);
      },
    };
  } catch (error) {
    for (const failure of await undo.unwind()) logger.error(`start: ${messageOf(failure)}`);
    throw error;
  }
}

/** Nobody but root looks into the roots: layers hold setuid programs and other people's files. */
function makeRoots(config: DaemonConfig): void {
  mkdirSync(config.dataRoot, { recursive: true, mode: 0o710 });
  mkdirSync(config.execRoot, { recursive: true, mode: config.remappedUser ? 0o711 : 0o700 });
}

/** Opens every listener; the dashboard's address is returned. */
async function openDoors(config: DaemonConfig, http: HttpServer, undo: Undo): Promise<string | undefined> {
  const add = (kind: ListenerKind): Server => {
    const server = http.makeServer(kind, kind === 'tcp' ? config.tls : undefined);
    return undo.add(server, () => close(server));
  };
  const passed = passedSockets(process.env);
  for (const host of config.hosts) {
    if (host.startsWith('unix://')) await listenUnix(add('unix'), host.slice('unix://'.length), groupId(config.group));
    else if (host.startsWith('tcp://')) await listenTcp(add('tcp'), host.slice('tcp://'.length));
    else for (const { kind, descriptor } of chooseSockets(host, passed)) await listenOn(add(kind), descriptor);
  }
  if (config.metricsAddress) {
    const server = serveMetrics(http.app.get(Metrics));
    await listenTcp(
      undo.add(server, () => close(server)),
      config.metricsAddress,
    );
  }
  if (!config.dashboard) return undefined;
  const port = await listenTcp(http.app.getHttpServer() as Server, config.dashboard);
  return `http://${config.dashboard.replace(/:\d+$/, '').replace(/^$|^0\.0\.0\.0$/, '127.0.0.1')}:${port}`;
}

/** Stops listening and breaks off what is still open: streams would hold the daemon for as long as their clients like. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

// Who may import whom (the README's import law). Every rule is an error and none has exceptions.
// base <- state, events, registry, auth, alerts, compose <- graph, network, volume, container, builder <- engine <- deploy <- schedules <- api; generated types are a leaf for all.
const src = '^server/src/';
const rooms = (...names) => `${src}(${names.join('|')})/`;
const generated = `${src}api/generated/`;
const contract = `${src}drivers/[^/]+/driver[.]ts$`;
/** Specs and what they stand on join what they test; the law is for the product. */
const tests = '[.]spec[.]ts$|/testsuite[^/]*[.]ts$|/testing/|/testing[.]ts$|/test-[^/]+[.]ts$';
const implementation = `${src}drivers/[^/]+/[^/]+/`;
const addon = '(^native/|^node_modules/@slipway/native/|[.]node$)';

/** A room may import, among our own server code, only what is listed (and itself). */
const room = (name, ...allowed) => ({
  name: `${name}-imports`,
  severity: 'error',
  from: { path: rooms(name), pathNot: tests },
  to: { path: src, pathNot: [rooms(name), generated, ...allowed] },
});

const base = rooms('base');
const state = rooms('state');
const events = rooms('events');

module.exports = {
  forbidden: [
    room('base'),
    room('state', base),
    room('events', base, state),
    room('registry', base, state),
    room('auth', base, state),
    room('alerts', base, state),
    room('metrics', base),
    room('compose', base),
    room('libcontainer', base),
    room('graph', base, state, events, contract),
    room('network', base, state, events, contract),
    room('volume', base, state, events, contract),
    room('container', base, state, events, contract, rooms('libcontainer')),
    room('builder', base, contract),
    room('engine', base, state, events, contract, rooms('registry', 'auth', 'graph', 'network', 'volume', 'container', 'builder')),
    room('deploy', base, state, events, rooms('compose', 'engine', 'registry')),
    room('schedules', base, state, rooms('engine', 'deploy')),
    {
      name: 'api-imports',
      comment:
        'HTTP knows the engine alone; the live and dashboard doors also subscribe to events and containers and sign people in, and what is allowed knows who asks.',
      severity: 'error',
      from: { path: rooms('api'), pathNot: [`${src}api/(live|dashboard|access)/`, tests] },
      to: { path: src, pathNot: [rooms('api', 'engine', 'base')] },
    },
    {
      name: 'live-imports',
      severity: 'error',
      from: { path: `${src}api/(live|dashboard|access)/`, pathNot: tests },
      to: {
        path: src,
        pathNot: [
          rooms('api', 'engine', 'base', 'events', 'alerts', 'auth', 'container', 'metrics', 'compose', 'deploy', 'registry', 'schedules'),
        ],
      },
    },
    {
      name: 'generated-is-a-leaf',
      severity: 'error',
      from: { path: generated },
      to: { path: src, pathNot: generated },
    },
    {
      name: 'driver-contract-imports',
      severity: 'error',
      from: { path: contract },
      to: { path: src, pathNot: [contract, base, state, generated] },
    },
    {
      name: 'driver-kind-imports',
      comment: 'Beside the contract stands what the technologies of one kind share.',
      severity: 'error',
      from: { path: `${src}drivers/([^/]+)/[^/]+[.]ts$`, pathNot: [contract, tests] },
      to: { path: src, pathNot: [`${src}drivers/$1/[^/]+[.]ts$`, rooms('libcontainer'), base, state, generated] },
    },
    {
      name: 'driver-implementation-imports',
      comment: 'A technology knows its own kind alone: its contract, its own folder, the addon behind libcontainer.',
      severity: 'error',
      from: { path: `${src}drivers/([^/]+)/([^/]+)/`, pathNot: tests },
      to: { path: src, pathNot: [`${src}drivers/$1/$2/`, `${src}drivers/$1/[^/]+[.]ts$`, rooms('libcontainer'), base, state, generated] },
    },
    {
      name: 'only-drivers-module-sees-implementations',
      severity: 'error',
      from: { path: src, pathNot: [implementation, `${src}drivers/drivers[.]module[.]ts$`, tests] },
      to: { path: implementation },
    },
    {
      name: 'only-libcontainer-loads-the-addon',
      severity: 'error',
      from: { path: src, pathNot: [rooms('libcontainer')] },
      to: { path: addon },
    },
    {
      name: 'web-client-imports',
      severity: 'error',
      from: { path: '^web/src/client/' },
      to: { path: '^web/src/', pathNot: ['^web/src/(client|model)/'] },
    },
    {
      name: 'web-stores-import-client',
      severity: 'error',
      from: { path: '^web/src/(stores|composables|components)/' },
      to: { path: '^web/src/pages/' },
    },
    {
      name: 'web-imports-no-server-code',
      comment: 'The live protocol and the documents are the only things that page and daemon share.',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^(server|native)/', pathNot: '^server/src/api/live/protocol[.]ts$' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(server|web)/src/', pathNot: tests },
      to: { path: `${tests}|^e2e/` },
    },
    {
      name: 'e2e-drives-from-outside',
      comment: 'End-to-end tests know the daemon as a client does; they share the documents and the live protocol, never its code.',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^(server|web|native)/', pathNot: `${generated}|${src}api/live/protocol[.]ts$|[.]yaml$` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(server|web|e2e)/' },
      to: { circular: true, viaOnly: { pathNot: 'generated/' } },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^@slipway/native' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules|/dist/|/build/|[.]cache/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: '.dependency-cruiser.tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.vue', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};

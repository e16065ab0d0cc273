/** The whole face of the native addon. Every function that touches the kernel or the disk runs off the main thread. */
export * as runtime from './runtime.js';
export * as archive from './archive.js';
export * as network from './network.js';
export * as service from './service.js';

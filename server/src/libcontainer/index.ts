import { createRequire } from 'node:module';
import type * as Addon from '@slipway/native';

/** The native addon: the only place that loads it. */
const addon = createRequire(import.meta.url)('@slipway/native/build/slipway.node') as typeof Addon;

export const { runtime, archive, network, service } = addon;
export type * from '@slipway/native';
export type { ArchiveReader, ArchiveWriter, UnpackedImages, UnpackedLayer as NativeLayer } from '@slipway/native/addon/archive.js';

/** Path of the program that serves containers' DNS questions. */
export const resolverProgram = createRequire(import.meta.url).resolve('@slipway/native/build/slipway-resolver');

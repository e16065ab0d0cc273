import type { Readable } from 'node:stream';
import type { RootfsMount } from '../../base/rootfs-mount.js';

/** What came out of unpacking one layer tar. */
export interface UnpackedLayer {
  /** sha256:… of the tar as it came in (compressed or not). */
  readonly digest: string;
  /** Bytes that came in. */
  readonly compressedSize: number;
  /** sha256:… of the uncompressed tar. */
  readonly diffId: string;
  /** Bytes of the uncompressed tar. */
  readonly tarSize: number;
  /** Bytes of file content the layer adds. */
  readonly size: number;
}

/**
 * A layer being unpacked into a staging place that no other layer sees; independent of its parent.
 * `write` resolves when more may be written (back-pressure). Exactly one of `end` and `abort` must be called.
 */
export interface LayerStage {
  /** @throws InvalidParameter for a broken or climbing archive, System for a full disk */
  write(chunk: Buffer): Promise<void>;
  /** The tar is complete. After this the stage is committed or discarded; when this throws, everything staged is gone. */
  end(): Promise<UnpackedLayer>;
  /** Stops and deletes everything staged. */
  abort(): Promise<void>;
}

/** One layer file of an archive of images: its stage has ended and waits to be committed or discarded. */
export interface StagedLayer {
  /** Clean name of the file in the archive. */
  readonly name: string;
  readonly stage: LayerStage;
  readonly unpacked: UnpackedLayer;
}

/** What a whole archive of images held (`docker save` of any age, OCI image layout). Names are clean: no "./", "//" or "..". */
export interface StagedArchive {
  /** JSON files of up to 4 MiB by name: manifest.json, index.json, manifests and configs. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly layers: readonly StagedLayer[];
  /** Links of the archive: name to target, relative to the name's folder. They were not followed. */
  readonly links: ReadonlyMap<string, string>;
}

/** An archive of images being unpacked in one pass, without a copy of it on the disk. Exactly one of `end` and `abort` must be called. */
export interface ArchiveStage {
  /** Resolves when more may be written. @throws InvalidParameter for a broken or climbing archive, System for a full disk */
  write(chunk: Buffer): Promise<void>;
  /** The archive is complete. When this throws, everything staged is gone. */
  end(): Promise<StagedArchive>;
  /** Stops and deletes everything staged. */
  abort(): Promise<void>;
}

/** A layer on its way out, compressed. */
export interface CompressedLayer {
  readonly stream: Readable;
  /** Bytes of the uncompressed tar that were taken so far. */
  taken(): number;
}

/** A path that differs between a layer and what is below it. Docker's kinds: 0 modified, 1 added, 2 deleted. */
export interface LayerChange {
  readonly path: string;
  readonly kind: 0 | 1 | 2;
}

/**
 * Keeps the file trees of layers. Names of layers (`id`) are chosen by the caller: the chain ID of a read-only layer,
 * an ID of its own for a container's read-write layer. Every method that makes something is atomic: it is whole or not there.
 *
 * const stage = await driver.stage();                  // tar in
 * for await (const chunk of blob) await stage.write(chunk);
 * const { diffId } = await stage.end();
 * await driver.commit(stage, chainId, parentChainId);  // a read-only layer
 * await driver.persist();                              // which a loss of power does not take
 * await driver.createReadWrite(layerId, chainId);
 * const mounts = await driver.mounts(layerId);         // for the execdriver
 */
export interface GraphDriver {
  /** As `docker info` shows it, such as 'overlay2'. */
  readonly name: string;
  /** Rows of `docker info` below the driver's name. */
  status(): Promise<[string, string][]>;
  /** Starts unpacking a layer tar; gzip, zstd, xz, bzip2 and plain are told apart by their first bytes. */
  stage(): Promise<LayerStage>;
  /** Starts unpacking all layers of an archive of images, compressed or not. */
  stageArchive(): Promise<ArchiveStage>;
  /**
   * Makes an ended stage the read-only layer `id` on top of `parent`; a second commit of a known id drops the stage.
   * The daemon's end does not harm it; a loss of power before the next `persist` takes it as a whole.
   */
  commit(stage: LayerStage, id: string, parent: string | undefined): Promise<void>;
  /** Resolves when a loss of power takes none of the layers that were committed before the call. */
  persist(): Promise<void>;
  /** Deletes an ended stage that will not be committed. */
  discard(stage: LayerStage): Promise<void>;
  /** Makes the empty read-write layer `id` over the read-only layer `parent` (undefined: over nothing). */
  createReadWrite(id: string, parent: string | undefined): Promise<void>;
  /**
   * Makes the read-write layer `id`, which nobody writes to any more, an ended stage of what its tar would be; the layer is gone then.
   * @param omit as for `tar`
   */
  seal(id: string, omit?: readonly string[]): Promise<LayerStage>;
  exists(id: string): Promise<boolean>;
  /** How to mount layer `id`; a read-only layer comes read-only. */
  mounts(id: string): Promise<RootfsMount[]>;
  /** Where `docker inspect` says the layer is (LowerDir, MergedDir, UpperDir, WorkDir). */
  metadata(id: string): Promise<Record<string, string>>;
  /** Deletes layer `id`; a missing one is no error. The caller knows that nothing stands on it. */
  remove(id: string): Promise<void>;
  /**
   * Looks, without reading its files, whether all of the read-only layer `id` is on the disk.
   * @throws InvalidParameter or System with the first file that is missing or too short
   */
  check(id: string): Promise<void>;
  /** Bytes of file content in a read-write layer (what `docker ps -s` calls its size). */
  usage(id: string): Promise<number>;
  /** What a read-write layer changes, sorted by path. */
  changes(id: string): Promise<LayerChange[]>;
  /**
   * The layer as an uncompressed tar: of a read-only layer byte for byte the one that came in, of a read-write layer its diff.
   * @param omit paths of a read-write layer ("/etc/hosts") that are left out where they are folders or empty files
   */
  tar(id: string, omit?: readonly string[]): Promise<Readable>;
  /** The tar of a read-only layer, compressed with gzip. */
  compressed(id: string): Promise<CompressedLayer>;
  /** IDs of all layers that exist, for garbage collection at start. */
  list(): Promise<string[]>;
  /**
   * Called once, before anything else: makes the driver's folders and deletes whatever a crash left half made.
   * @throws Unavailable with a sentence for people when the kernel or the file system cannot keep layers this way
   */
  recover(): Promise<void>;
}

/** Nest token of the GraphDriver in use. */
export const GRAPH_DRIVER = Symbol('GraphDriver');

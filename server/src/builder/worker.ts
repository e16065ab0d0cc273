import type { ImageConfig } from '../api/generated/types.gen.js';
import type { Rootfs } from '../drivers/execdriver/driver.js';
import type { Lane } from './output.js';

/** An image while it is being built: one of the store, or `scratch`. */
export interface BuiltImage {
  /** Image ID; '' for `scratch`. */
  readonly id: string;
  readonly config: ImageConfig;
  readonly author: string;
}

/** What a stage has come to. */
export interface StageImage extends BuiltImage {
  /** ID of the image it began with; '' for `scratch`. */
  readonly base: string;
}

/** A layer that a step has made. */
export interface StepLayer {
  readonly diffId: string;
}

/** What a step makes of the image before it, but for its layer. */
export interface StepRecord {
  readonly config: ImageConfig;
  readonly author: string;
  /** How an image's history tells of it (created_by). */
  readonly createdBy: string;
  /** Stands for all that the step's result depends on. */
  readonly key: string;
}

/** A command to be run in a container. */
export interface RunRequest {
  readonly command: readonly string[];
  readonly config: ImageConfig;
  /** Environment, with build arguments. */
  readonly env: readonly string[];
  /** A file that is there while it runs, at `path`. */
  readonly script?: { readonly path: string; readonly content: string };
}

/** Numbers of a user and a group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What a builder needs done: images, layers, containers. Everything it makes it holds until it is released. */
export interface BuildWorker {
  /** The image called `name`, pulled when it is not there. @throws NotFound, what a pull throws */
  base(name: string, platform: string | undefined, output: Lane): Promise<BuiltImage>;
  /** The image that a step of the same key made before. */
  cached(parent: BuiltImage, step: StepRecord): Promise<BuiltImage | undefined>;
  /** Makes the image of a step. @param layer undefined when its files are those of `parent` */
  commit(parent: BuiltImage, step: StepRecord, layer: StepLayer | undefined): Promise<BuiltImage>;
  /** Runs a command on top of `parent`. @returns what it has changed, if anything @throws RunFailed when it ends with another code than 0 */
  run(parent: BuiltImage, request: RunRequest, output: Lane, signal: AbortSignal): Promise<StepLayer | undefined>;
  /** Lets `work` write to the files of `parent`. @returns what it has changed, if anything */
  write(parent: BuiltImage, work: (rootfs: Rootfs) => Promise<void>): Promise<StepLayer | undefined>;
  /** Lets `work` read the files of `image`. */
  read<T>(image: BuiltImage, work: (rootfs: Rootfs) => Promise<T>): Promise<T>;
  /** Who `user:group` is in `image`. @throws InvalidParameter */
  owner(image: BuiltImage, user: string): Promise<Owner>;
  /** Puts what `url` has into a folder of its own. */
  download<T>(url: string, output: Lane, signal: AbortSignal, work: (file: Download) => Promise<T>): Promise<T>;
}

/** A downloaded file, alone in a folder. */
export interface Download {
  readonly folder: Rootfs;
  readonly name: string;
  /** sha256:… */
  readonly digest: string;
}

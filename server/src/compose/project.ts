import { createHash } from 'node:crypto';
import type { Variable } from './load.js';
import type { Dependency } from './order.js';
import type { Problem } from './problems.js';
import { asTree, isTree, type Tree } from './tree.js';

/** A service in canonical form, ready to become containers. */
export interface Service {
  readonly name: string;
  /** Keys in their long forms; variables put in, env files read. */
  readonly spec: Tree;
  /** How many containers. */
  readonly scale: number;
  readonly dependencies: readonly Dependency[];
}

/** What is kept besides containers. */
export interface Resource {
  readonly key: string;
  /** Its whole name in the engine. */
  readonly name: string;
  readonly external: boolean;
  readonly spec: Tree;
}

/** What the files of a stack come to. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly services: ReadonlyMap<string, Service>;
  /** Those that no wanted profile has. */
  readonly disabled: readonly string[];
  readonly profiles: readonly string[];
  readonly networks: ReadonlyMap<string, Resource>;
  readonly volumes: ReadonlyMap<string, Resource>;
  readonly configs: ReadonlyMap<string, Resource>;
  readonly secrets: ReadonlyMap<string, Resource>;
  readonly environment: ReadonlyMap<string, string>;
}

/** A project, or what stands in its way, with the places where. */
export interface LoadResult {
  readonly project: Project | undefined;
  readonly problems: readonly Placed[];
  readonly variables: readonly Variable[];
}

/** A problem with the part of the file's text it is about. */
export type Placed = Problem & { readonly from: number; readonly to: number };

export interface ProjectRequest {
  /** Absolute paths; the first one is the main file. */
  readonly files: readonly string[];
  readonly folder?: string;
  /** The name when the files say none; the folder's name when this says none either. */
  readonly name?: string;
  readonly profiles?: readonly string[];
  /** Paths of files of variables instead of the folder's `.env`. */
  readonly envFiles?: readonly string[];
}

/** A hash of what makes a service's containers; how many there are and when they start plays no part. */
export function configHash({ spec }: Service): string {
  const { scale: _, depends_on: __, profiles: ___, pull_policy: ____, deploy, build, ...rest } = spec;
  const { replicas: _____, ...limits } = asTree(deploy);
  return createHash('sha256')
    .update(stable({ ...rest, deploy: limits, build: rest['image'] === undefined ? build : undefined }))
    .digest('hex');
}

/** JSON with keys in order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (!isTree(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${stable(value[key])}`).join(',')}}`;
}

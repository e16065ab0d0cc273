/** When a rule holds: all of `includes`, none of `excludes`. */
export interface SeccompFilter {
  readonly caps?: readonly string[] | null;
  /** Go's names. */
  readonly arches?: readonly string[] | null;
  readonly minKernel?: string;
}

interface SeccompArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: string;
}

export interface SeccompRule {
  readonly name?: string;
  readonly names?: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArgument[] | null;
  readonly includes?: SeccompFilter;
  readonly excludes?: SeccompFilter;
}

/** A profile as people write it for `--security-opt seccomp=FILE`. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures?: readonly string[] | null;
  readonly archMap?: readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[] | null;
  readonly flags?: readonly string[];
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  readonly syscalls?: readonly SeccompRule[] | null;
}

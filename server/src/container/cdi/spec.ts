/** A device file that is made in the container. Numbers are those of the host's node where they are left out. */
export interface CdiDeviceNode {
  readonly path: string;
  readonly hostPath?: string;
  readonly type?: 'b' | 'c' | 'u' | 'p';
  readonly major?: number;
  readonly minor?: number;
  readonly fileMode?: number;
  /** Of the cgroup's rule, such as rw; rwm when left out. */
  readonly permissions?: string;
  readonly uid?: number;
  readonly gid?: number;
}

export interface CdiMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly options?: readonly string[];
  readonly type?: string;
}

export interface CdiHook {
  readonly hookName: string;
  readonly path: string;
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly timeout?: number;
}

/** What a device changes in a container. */
export interface CdiEdits {
  readonly env?: readonly string[];
  readonly deviceNodes?: readonly CdiDeviceNode[];
  readonly mounts?: readonly CdiMount[];
  readonly hooks?: readonly CdiHook[];
  readonly additionalGids?: readonly number[];
}

/** A file of the Container Device Interface: the devices of one kind on this host. */
export interface CdiSpec {
  /** Such as vendor.com/class. */
  readonly kind: string;
  readonly devices: readonly { readonly name: string; readonly containerEdits: CdiEdits }[];
  /** For every device of the file. */
  readonly containerEdits?: CdiEdits;
}

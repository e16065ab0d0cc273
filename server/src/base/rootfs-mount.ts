/** One mount that makes a rootfs, in containerd's terms: `mount -t type -o options source target`. */
export interface RootfsMount {
  readonly type: 'overlay' | 'bind';
  /** Folder of a bind; 'overlay' for an overlay. */
  readonly source: string;
  /** Such as lowerdir=A:B, upperdir=C, workdir=D; ro, rbind. Paths are absolute. */
  readonly options: readonly string[];
}

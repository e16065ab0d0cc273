/** A read-only layer of the store. */
export interface Layer {
  readonly chainId: string;
  readonly diffId: string;
  readonly parent: string | undefined;
  /** Bytes of the uncompressed tar; undefined when nobody has counted them yet. */
  readonly tarSize: number | undefined;
  /** Bytes of file content. */
  readonly size: number;
}

/** Where a container's output is written by whoever holds its stdio, so that no line depends on the daemon. */
export type LogTarget =
  | { readonly driver: 'none' }
  | {
      /** Docker's json-file format: one `{"log","stream","time"}` object a line; lines over 16 KiB come in parts. */
      readonly driver: 'json-file';
      readonly path: string;
      /** Bytes after which the file is rotated to path.1; 0 = never. */
      readonly maxSize: number;
      /** How many files are kept in all, at least 1. */
      readonly maxFiles: number;
      /** Whether rotated files become path.1.gz and so on. */
      readonly compress: boolean;
      /** Extra attributes for every record (labels, env, tag). */
      readonly attributes?: Readonly<Record<string, string>>;
    };

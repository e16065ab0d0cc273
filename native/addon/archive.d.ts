/**
 * Layers and archives on disk. Failures are Errors with `code`, `syscall` (what was attempted) and `path`; code EBADMSG
 * means that the archive itself is at fault, ECANCELED that it was aborted.
 */

/** An archive on its way in; compression (gzip, zstd, xz, bzip2, none) is told by its first bytes. */
export interface ArchiveWriter<Result> {
  /** Takes a copy of `chunk`; resolves when more may be written. Rejects once the archive has turned out bad. */
  write(chunk: Buffer): Promise<void>;
  /** The archive is complete. */
  end(): Promise<Result>;
  /** Stops. Resolves when no thread touches the disk any more; what was written stays. */
  abort(): Promise<void>;
}

/** IDs that follow each other: what a container calls `containerID` and on is `hostID` and on (user_namespaces(7)). */
export interface IdRange {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/**
 * From now on files that are unpacked have the host's IDs of these ranges, and what is packed tells the containers'. For the
 * whole process, to be called before anything else; what was kept another way is not changed.
 */
export function mapOwners(uids: readonly IdRange[], gids: readonly IdRange[]): void;

/** What came out of a layer tar. Sizes are bytes, digests "sha256:…". */
export interface UnpackedLayer {
  /** Of the tar as it came in. */
  readonly digest: string;
  readonly compressedSize: number;
  /** Digest of the uncompressed tar. */
  readonly diffId: string;
  /** Of the uncompressed tar. */
  readonly tarSize: number;
  /** Bytes of file content. */
  readonly size: number;
  /** Folders below diff ("" is diff itself) that the tar puts things in without describing them; see `adoptFolders`. */
  readonly implied: string[];
}

/** Unpacks a layer tar into the existing folder `layer`: its files to diff/ in overlayfs's form, and what `layerTar` needs beside it. */
export function unpackLayer(layer: string): ArchiveWriter<UnpackedLayer>;

/** Gives folders `names` of `diff` the attributes they have in the first of `lowers` (diff folders, uppermost first) that has them. */
export function adoptFolders(diff: string, names: readonly string[], lowers: readonly string[]): Promise<void>;

/** Makes the folder `layer` with an empty diff (attributes of the folder `below`, if not '') and work. */
export function makeReadWriteLayer(layer: string, below: string): Promise<void>;

/**
 * Makes the read-write layer folder `layer`, to which nobody writes any more, one as `unpackLayer` makes: as if what `packLayer`
 * gives were unpacked into it. @param omit paths ("etc/hosts") deleted where they are empty folders or files
 */
export function sealLayer(layer: string, omit: readonly string[]): Promise<UnpackedLayer>;

/** Resolves when everything written to the file system of `path` is on the disk (syncfs(2)). */
export function syncFileSystem(path: string): Promise<void>;

/**
 * Has ext4 put the folders made in `folder` apart from each other, so that a new layer does not search past the inodes of one that was
 * just removed; other file systems are left as they are.
 */
export function spreadLayers(folder: string): Promise<void>;

/** Deletes a file or a whole tree, following nothing. What is not there is no error. */
export function removeTree(path: string): Promise<void>;

/** Mounts an overlay, detached, with layers in `folder`. Rejects with ENODEV, EPERM or ENOTSUP when that does not work here. */
export function checkOverlaySupport(folder: string): Promise<void>;

/** An archive on its way out. */
export interface ArchiveReader {
  /** The next bytes, null at the end. One call at a time. */
  read(): Promise<Buffer | null>;
  /** Stops; a pending `read` rejects with ECANCELED. */
  close(): void;
}

/** Gives back, byte for byte, the uncompressed tar that the layer folder `layer` came from. Rejects with EBADMSG when a file has changed since. */
export function layerTar(layer: string, diffId: string): ArchiveReader;

/** Looks, without reading files, whether all that `layerTar` would give back is there. Rejects with EBADMSG or ENOENT and the path of the first file that is missing or too short. */
export function checkLayer(layer: string): Promise<void>;

/** The same compressed with gzip; `taken` tells how many bytes of the tar were compressed so far. */
export function layerGzip(layer: string, diffId: string): ArchiveReader & { taken(): number };

/** A layer tar of the overlayfs upper folder `diff`: the same bytes for the same content; whiteouts become ".wh." names. @param omit paths ("etc/hosts") left out where they are folders or empty files */
export function packLayer(diff: string, omit?: readonly string[]): ArchiveReader;

/** Bytes of file content below `folder`, files with several names counted once. */
export function usage(folder: string): Promise<number>;

/** What the overlayfs upper folder `diff` changes over `lowers` (uppermost first), sorted by path; kinds are 0 modified, 1 added, 2 deleted. */
export function changes(diff: string, lowers: readonly string[]): Promise<{ path: string; kind: 0 | 1 | 2 }[]>;

/** What an archive of images held (`docker save` of any age, OCI image layout). Names are clean: no "./", "//" or "..". */
export interface UnpackedImages {
  /** JSON files of up to 4 MiB, by name. */
  readonly files: [string, Buffer][];
  /** Each unpacked into the folder `stage` of the stages' folder. */
  readonly layers: { readonly name: string; readonly stage: string; readonly unpacked: UnpackedLayer }[];
  /** Name and target, as it stands. */
  readonly symlinks: [string, string][];
  /** Name and name of the target. */
  readonly hardlinks: [string, string][];
}

/** Reads a whole archive of images, unpacking its layers into new folders in `stages`; when it fails or is aborted, nothing is left there. */
export function unpackImages(stages: string): ArchiveWriter<UnpackedImages>;

/** What Docker's X-Docker-Container-Path-Stat tells of a path. */
export interface PathStat {
  readonly name: string;
  readonly size: number;
  /** Bits of Go's fs.FileMode. */
  readonly mode: number;
  /** Milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  /** Of a symlink: where it leads, absolute in the rootfs; otherwise ''. */
  readonly linkTarget: string;
}

/**
 * Looks at `path` inside the rootfs folder `root` (such as /proc/PID/root): symlinks on the way are followed inside it, the
 * last part only when the path ends in "/" or "/.". Rejects with ENOENT, ENOTDIR or ELOOP when it is not there.
 */
export function stat(root: string, path: string): Promise<PathStat>;

/**
 * Packs what `path` (as for `stat`) is, with all that is in it and in what is mounted there (but for the kernel's own file
 * systems), as an uncompressed tar in which it is called `name`.
 */
export function pack(root: string, path: string, name: string): ArchiveReader;

/** Packs a whole rootfs as an uncompressed tar; of what is mounted in it there are only the places: empty folders and files. */
export function packRootfs(root: string): ArchiveReader;

/** How `unpackInto` differs from tar's ways. */
export interface UnpackIntoOptions {
  /** Fail (EISDIR, ENOTDIR) instead of putting a folder in the place of something else or the other way round. */
  readonly keepKinds?: boolean;
  /** Owner of everything, instead of the archive's. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Permissions of everything but symlinks, instead of the archive's. */
  readonly mode?: number;
}

/** Unpacks an archive into the existing folder `path` of the rootfs `root`; nothing in it leads out of `root`, nothing is run or loaded from there. */
export function unpackInto(root: string, path: string, options?: UnpackIntoOptions): ArchiveWriter<void>;

/**
 * Opens `path` in the folder `root` (O_PATH): the descriptor is the caller's to close, and /proc/PID/fd/N leads to exactly that
 * place, whatever is put in its path meanwhile. Rejects with ELOOP for a symlink on the way, EXDEV where it leads out of `root`.
 */
export function openPlace(root: string, path: string): Promise<number>;

// Changes of single things in a rootfs (`path` as for `stat`, but its last part must be a name and is never followed). What is mounted in
// it is neither moved nor deleted: EBUSY.

/** Makes a folder of root, 0755. Rejects with EEXIST. */
export function makeFolder(root: string, path: string): Promise<void>;

/** Rejects with EEXIST when `to` is there, EXDEV where the kernel would have to copy: another file system, or a folder of a lower layer of an overlay. */
export function movePath(root: string, from: string, to: string): Promise<void>;

/** Deletes a file, or a folder with all that is in it. */
export function removePath(root: string, path: string): Promise<void>;

// What a builder asks of a tree it copies from. Every symlink of `path` is followed inside `root`, the last one too.

/** Names in a folder, sorted. */
export function listNames(root: string, path: string): Promise<string[]>;

/** "sha256:…" of a file or a whole tree: names, kinds, modes, link targets, xattrs and content; no times, no owners, not its own name. */
export function digestTree(root: string, path: string): Promise<string>;

/** The bytes of a regular file; EINVAL for anything else. */
export function readFile(root: string, path: string): ArchiveReader;

/** Whether a regular file is a tar, compressed or not. */
export function isTar(root: string, path: string): Promise<boolean>;

/** Whether the folder `path` of a layer hides what the layers below have in it, as overlayfs marks it; a link is followed. */
export function isOpaque(path: string): boolean;

// Layers that are whole trees, for hosts without overlayfs.

/** Copies the tree `from` to the new folder `to`, with owners, modes, times, links, devices and xattrs. */
export function copyTree(from: string, to: string): Promise<void>;

/** Makes the changes of the overlayfs upper folder `diff` in the tree `to`; whiteouts delete. */
export function applyLayer(diff: string, to: string): Promise<void>;

/** What the tree `top` changes over the tree `below` ('' is empty), sorted by path; of a deleted folder only itself. */
export function compareTrees(top: string, below: string): Promise<{ path: string; kind: 0 | 1 | 2 }[]>;

/** Bytes of the files in `top` that `below` does not have as they are. */
export function measureChanges(top: string, below: string): Promise<number>;

/** Packs what `compareTrees` tells as a layer tar. */
export function packChanges(top: string, below: string, omit?: readonly string[]): ArchiveReader;

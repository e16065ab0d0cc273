import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { DAEMON_CONFIG, type DaemonConfig } from '../../base/config.js';
import { conflict, forbidden, invalidParameter } from '../../base/errors.js';

/** Names of a stack's main file, the one that is made first. */
const MAIN_FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const LARGEST = 4 * 1024 * 1024;

/** Stacks as plain files: `stacks/NAME/compose.yaml` and `.env` below the data root, for any editor and any `docker compose`. */
@Injectable()
export class StackFiles {
  /** Folder of all stacks. */
  readonly root: string;
  private readonly scratch: string;

  constructor(@Inject(DAEMON_CONFIG) config: Pick<DaemonConfig, 'dataRoot'>) {
    this.root = join(config.dataRoot, 'stacks');
    this.scratch = join(this.root, '.scratch');
  }

  /** Names of the stacks that have a folder here. */
  async names(): Promise<string[]> {
    const entries = await readdir(this.root, { withFileTypes: true }).catch(whenMissing([]));
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
    const mains = await Promise.all(folders.map((name) => this.main(name)));
    return folders.filter((_, at) => mains[at] !== undefined).sort();
  }

  /** @throws InvalidParameter for a name that is none */
  folder(name: string): string {
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name))
      throw invalidParameter(`${JSON.stringify(name)} cannot be a stack's name: use lower-case letters, digits, - and _`);
    return join(this.root, name);
  }

  /** Path of a stack's main file; undefined when it has none. */
  async main(name: string): Promise<string | undefined> {
    const files = await readdir(this.folder(name)).catch(whenMissing<string[]>([]));
    const found = MAIN_FILES.find((file) => files.includes(file));
    return found && join(this.folder(name), found);
  }

  /** Path of the main file of a stack whose file has a place of its own; undefined while it is not there. */
  async mainAt(name: string, path: string): Promise<string | undefined> {
    const main = join(this.folder(name), path);
    return (await stat(main).catch(whenMissing(undefined))) && main;
  }

  /** Makes a folder for a short while, on the disk of the stacks, which is there until `work` has settled. */
  async withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
    await mkdir(this.scratch, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(this.scratch, 'git-'));
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Removes what a daemon that was killed has left half-done. */
  async clearScratch(): Promise<void> {
    await rm(this.scratch, { recursive: true, force: true });
  }

  /** Makes a stack's folder, empty. @throws Conflict when there is one */
  async makeFolder(name: string): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await mkdir(this.folder(name), { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? conflict(`there is a folder ${this.folder(name)} already`) : error;
    });
  }

  /** Makes a stack's folder with its main file. @throws Conflict when there is one */
  async create(name: string, content: string): Promise<string> {
    if (await this.main(name)) throw conflict(`there is a stack named ${name} already`);
    await mkdir(this.folder(name), { recursive: true, mode: 0o700 });
    const path = join(this.folder(name), MAIN_FILES[0]!);
    await this.write(path, content);
    return path;
  }

  /** Content of a file; undefined when there is none. Only plain files are read, however they are named. */
  async read(path: string): Promise<string | undefined> {
    let file: FileHandle;
    try {
      file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      return whenMissing(undefined)(error);
    }
    await using _ = file;
    const stat = await file.stat();
    if (!stat.isFile()) throw invalidParameter(`${path} is not a plain file`);
    if (stat.size > LARGEST) throw invalidParameter(`${path} is larger than ${LARGEST} bytes`);
    return file.readFile('utf8');
  }

  /** As `read`, of a file in a stack's own folder, or in `folder` in its place, wherever links lead. @throws Forbidden for one outside of it */
  async readOwn(name: string, path: string, folder = this.folder(name)): Promise<string | undefined> {
    const place = await realpath(path).catch(whenMissing(undefined));
    if (place === undefined) return undefined;
    await this.checkOwn(name, place, folder);
    return this.read(place);
  }

  /** @throws Forbidden for a path that leads out of a stack's own folder */
  async checkOwn(name: string, path: string, own = this.folder(name)): Promise<void> {
    const [folder, place] = await Promise.all([realpath(own), realpath(path)]);
    if (place !== folder && !place.startsWith(`${folder}/`))
      throw forbidden(`${path} is outside of the folder of stack ${name}: ask an admin`);
  }

  /** Writes a file whole or not at all; it keeps the mode it had. */
  async write(path: string, content: string): Promise<void> {
    if (!isAbsolute(path)) throw invalidParameter(`${path} is no absolute path`);
    const before = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      .then(async (file) => {
        await using _ = file;
        return await file.stat();
      })
      .catch(whenMissing(undefined));
    const draft = join(dirname(path), `.${basename(path)}.${process.pid}.draft`);
    try {
      const file = await open(draft, 'w', before ? before.mode & 0o777 : 0o600);
      await using _ = file;
      await file.writeFile(content);
      await file.sync();
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await rename(draft, path);
  }

  /** Removes a stack's folder and all that is in it. */
  async remove(name: string): Promise<void> {
    await rm(this.folder(name), { recursive: true, force: true });
  }

  /** Where the content of a config or secret is kept for the containers that mount it. */
  contentPath(name: string, kind: 'configs' | 'secrets', key: string): string {
    return join(this.root, '.content', this.folder(name).slice(this.root.length + 1), kind, encodeURIComponent(key));
  }

  async writeContent(path: string, content: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await this.write(path, content);
  }
}

function whenMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return value;
    throw error;
  };
}

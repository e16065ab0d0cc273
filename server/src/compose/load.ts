import { dirname } from 'node:path';
import { messageOf } from '../base/errors.js';
import { canonicalFile } from './canonical.js';
import { parseDotenv } from './dotenv.js';
import { merge, withoutReset } from './merge.js';
import { parseFile, type ParsedFile } from './parse.js';
import { Problems } from './problems.js';
import { checkSchema } from './schema/check.js';
import { hostPath } from './short-forms.js';
import { asList, asTree, isTree, texts, type Path, type Tree } from './tree.js';
import { interpolate } from './variables.js';

/** Reads a file; undefined when there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;

/** A variable that the files use, and where it stands first. */
export interface Variable {
  readonly name: string;
  readonly file: string;
  readonly path: Path;
  readonly set: boolean;
  readonly fallback: boolean;
}

/** What files come to before services are made of them. */
export interface Loaded {
  readonly tree: Tree;
  readonly parsed: ReadonlyMap<string, ParsedFile>;
  readonly variables: readonly Variable[];
}

const DEEPEST = 16;

/** Loads files the way Compose does: parse, put in variables, check, make long forms, take in what is extended and included, merge. */
export class Loader {
  private readonly parsed = new Map<string, ParsedFile>();
  private readonly variables = new Map<string, Variable>();

  constructor(
    private readonly readText: ReadText,
    private readonly problems: Problems,
  ) {}

  /**
   * @param files absolute paths, the first one being the main file
   * @param folder relative paths start here
   * @param environment values of variables
   */
  async load(files: readonly string[], folder: string, environment: ReadonlyMap<string, string>): Promise<Loaded> {
    return { tree: await this.project(files, folder, environment, []), parsed: this.parsed, variables: [...this.variables.values()] };
  }

  private async project(
    files: readonly string[],
    folder: string,
    environment: ReadonlyMap<string, string>,
    above: readonly string[],
  ): Promise<Tree> {
    let result: Tree = {};
    for (const file of files) {
      const { tree, tags } = await this.file(file, folder, environment);
      const extended = await this.withExtended(tree, file, folder, environment);
      result = merge(result, extended, tags);
      if (files.length === 1) result = withoutReset(result, tags);
    }
    return this.withIncluded(result, files, folder, environment, above);
  }

  private async file(
    file: string,
    folder: string,
    environment: ReadonlyMap<string, string>,
  ): Promise<{ tree: Tree; tags: ParsedFile['tags'] }> {
    const text = await this.readText(file);
    if (text === undefined) {
      this.problems.error(file, [], `${file} does not exist`);
      return { tree: {}, tags: new Map() };
    }
    const parsed = parseFile(file, text);
    this.parsed.set(file, parsed);
    this.problems.all.push(...parsed.problems);
    const tree = this.expand(parsed.tree, file, environment, []) as Tree;
    checkSchema(file, tree, this.problems);
    return { tree: canonicalFile(tree, { file, folder, problems: this.problems }), tags: parsed.tags };
  }

  /** The tree with variables put in; keys stay as they are. */
  private expand(value: unknown, file: string, environment: ReadonlyMap<string, string>, path: Path): unknown {
    if (typeof value === 'string' && value.includes('$')) {
      try {
        return interpolate(
          value,
          (name) => environment.get(name),
          ({ name, fallback }) => this.note(name, fallback, file, path, environment.has(name)),
        );
      } catch (error) {
        this.problems.error(file, path, messageOf(error));
        return value.replaceAll('$', '');
      }
    }
    if (Array.isArray(value)) return value.map((item, at) => this.expand(item, file, environment, [...path, at]));
    if (isTree(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.expand(item, file, environment, [...path, key])]));
    return value;
  }

  private note(name: string, fallback: boolean, file: string, path: Path, set: boolean): void {
    const known = this.variables.get(name);
    if (!known || (known.fallback && !fallback)) this.variables.set(name, { name, file, path, set, fallback });
    if (!set && !fallback) this.problems.warn(file, path, `the variable ${name} is not set: it becomes an empty string`);
  }

  private async withExtended(tree: Tree, file: string, folder: string, environment: ReadonlyMap<string, string>): Promise<Tree> {
    const services = asTree(tree['services']);
    const result: Tree = {};
    for (const name of Object.keys(services)) result[name] = await this.extended(name, services, file, folder, environment, []);
    return { ...tree, ...(tree['services'] !== undefined && { services: result }) };
  }

  /** A service with what it extends underneath. */
  private async extended(
    name: string,
    services: Tree,
    file: string,
    folder: string,
    environment: ReadonlyMap<string, string>,
    trail: readonly string[],
  ): Promise<Tree> {
    const service = asTree(services[name]);
    const reference = service['extends'];
    if (!isTree(reference)) return service;
    const from = String(reference['service'] ?? '');
    const other = reference['file'] === undefined ? file : hostPath(folder, String(reference['file']));
    const step = `${other} ${from}`;
    const at: Path = ['services', name, 'extends'];
    if (trail.includes(step) || trail.length > DEEPEST) {
      this.problems.error(file, at, `service ${name} extends itself, by way of ${from}`);
      return service;
    }
    const elsewhere = other === file ? undefined : await this.file(other, dirname(other), environment);
    const pool = elsewhere ? asTree(elsewhere.tree['services']) : services;
    if (pool[from] === undefined) {
      this.problems.error(file, at, `service ${name} extends ${from}, which ${other === file ? 'is not there' : `${other} does not have`}`);
      return service;
    }
    const base = await this.extended(from, pool, other, elsewhere ? dirname(other) : folder, environment, [...trail, step]);
    const { extends: _, ...own } = service;
    return merge(base, own);
  }

  private async withIncluded(
    tree: Tree,
    files: readonly string[],
    folder: string,
    environment: ReadonlyMap<string, string>,
    above: readonly string[],
  ): Promise<Tree> {
    const { include, ...own } = tree;
    let result: Tree = own;
    for (const [at, item] of asList(include).entries()) {
      const main = files[0] ?? '';
      const entry = isTree(item) ? item : { path: item };
      const paths = texts(entry['path']).map((path) => hostPath(folder, path));
      if (paths.length === 0 || paths.some((path) => above.includes(path) || files.includes(path))) {
        this.problems.error(main, ['include', at], 'a file cannot include itself');
        continue;
      }
      const home =
        entry['project_directory'] === undefined ? dirname(paths[0] ?? '') : hostPath(folder, String(entry['project_directory']));
      const variables = await this.environmentOf(entry, home, folder, environment, main, at);
      const included = await this.project(paths, home, variables, [...above, ...files]);
      for (const kind of ['services', 'networks', 'volumes', 'configs', 'secrets']) {
        const [mine, theirs] = [asTree(result[kind]), asTree(included[kind])];
        for (const name of Object.keys(theirs))
          if (
            mine[name] !== undefined &&
            JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]) &&
            Object.keys(asTree(theirs[name])).length > 0
          )
            this.problems.error(main, ['include', at], `${kind}.${name} is in an included file and in this one`);
        if (Object.keys(theirs).length > 0) result = { ...result, [kind]: { ...theirs, ...mine } };
      }
    }
    return result;
  }

  /** Variables of an included file: its own `.env` stands below those of the project. */
  private async environmentOf(
    entry: Tree,
    home: string,
    folder: string,
    environment: ReadonlyMap<string, string>,
    file: string,
    at: number,
  ): Promise<Map<string, string>> {
    const paths =
      entry['env_file'] === undefined ? [hostPath(home, '.env')] : texts(entry['env_file']).map((path) => hostPath(folder, path));
    const values = new Map<string, string>();
    for (const path of paths) {
      const text = await this.readText(path);
      if (text === undefined && entry['env_file'] !== undefined) this.problems.error(file, ['include', at], `${path} does not exist`);
      try {
        for (const [name, value] of parseDotenv(text ?? '', (name) => environment.get(name))) values.set(name, value);
      } catch (error) {
        this.problems.error(file, ['include', at], `${path}: ${messageOf(error)}`);
      }
    }
    return new Map([...values, ...environment]);
  }
}

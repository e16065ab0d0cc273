import type { Arg } from './dockerfile/instruction.js';
import { type Expander, expander, type Variables, variablesOf } from './dockerfile/words.js';

/** May be given without an ARG, and are no part of the image's history. */
const PROXIES = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]));

/** Build arguments of a whole build: what the person gave and what the ARGs before the first FROM say. */
export class BuildArgs {
  private readonly global = new Map<string, string>();
  private readonly used = new Set<string>();

  /**
   * @param given null allows a name without giving it a value
   * @param predefined values that a Dockerfile may ask for, such as TARGETARCH
   */
  constructor(
    private readonly given: ReadonlyMap<string, string | null>,
    private readonly predefined: Variables,
    private readonly escape: string,
  ) {}

  /** An ARG before the first FROM. */
  declareGlobal({ args }: Arg): void {
    for (const { name, value } of args) {
      this.used.add(name);
      const chosen = this.given.get(name) ?? (value === undefined ? this.predefined.get(name) : this.inFrom().word(value));
      if (chosen !== undefined) this.global.set(name, chosen);
    }
  }

  /** Puts values into a FROM. */
  inFrom(): Expander {
    return expander(new Map([...this.predefined, ...this.global]), this.escape);
  }

  /** Arguments of a new stage: none until they are declared in it. */
  stage(): StageArgs {
    return new StageArgs(
      new Map(
        [...this.given].filter(([name]) => PROXIES.has(name)).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
      ),
      (name, value) => {
        this.used.add(name);
        return this.given.get(name) ?? value ?? this.global.get(name) ?? this.predefined.get(name);
      },
      this.escape,
    );
  }

  /** Names that were given and that nothing has asked for. */
  get unused(): string[] {
    return [...this.given.keys()].filter((name) => !this.used.has(name) && !PROXIES.has(name)).sort();
  }
}

/** Build arguments as they are known at one place of a stage. */
export class StageArgs {
  private readonly values = new Map<string, string>();

  constructor(
    private readonly proxies: Variables,
    private readonly resolve: (name: string, value: string | undefined) => string | undefined,
    private readonly escape: string,
  ) {}

  /** An ARG. @param env of the image */
  declare(name: string, value: string | undefined, env: readonly string[]): void {
    const chosen = this.resolve(name, value === undefined ? undefined : this.expander(env).word(value));
    if (chosen === undefined) this.values.delete(name);
    else this.values.set(name, chosen);
  }

  /** Puts values into an instruction. What the image sets wins over arguments. */
  expander(env: readonly string[]): Expander {
    return expander(new Map([...this.proxies, ...this.values, ...variablesOf(env)]), this.escape);
  }

  /** `NAME=value` of the arguments that the image's own environment leaves, sorted; those that count for history, and all. */
  environment(env: readonly string[]): { counted: string[]; all: string[] } {
    const own = variablesOf(env);
    const list = (variables: Variables) =>
      [...variables]
        .filter(([name]) => !own.has(name))
        .map((pair) => pair.join('='))
        .sort();
    return { counted: list(this.values), all: list(new Map([...this.proxies, ...this.values])) };
  }
}

import type { HealthConfig } from '../../api/generated/types.gen.js';
import type { Heredoc } from './heredoc.js';

/** A command: a list as it is, or a line for the shell. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly shell: boolean;
}

export type Pair = readonly [name: string, value: string];

/** FROM: where a stage begins. */
export interface From {
  readonly name: 'FROM';
  readonly base: string;
  readonly platform: string | undefined;
  /** Lower case. */
  readonly as: string | undefined;
}

export interface Arg {
  readonly name: 'ARG';
  readonly args: readonly { readonly name: string; readonly value: string | undefined }[];
}

export interface Run {
  readonly name: 'RUN';
  readonly command: CommandLine;
  readonly heredocs: readonly Heredoc[];
}

export interface Copy {
  readonly name: 'COPY' | 'ADD';
  readonly sources: readonly string[];
  readonly destination: string;
  /** Files that stand in the Dockerfile itself; their names are not among the sources. */
  readonly heredocs: readonly Heredoc[];
  /** Stage or image. */
  readonly from: string | undefined;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  /** Of what ADD downloads: sha256:… */
  readonly checksum: string | undefined;
}

/** What changes an image's config alone. */
export type ConfigInstruction =
  | { readonly name: 'CMD' | 'ENTRYPOINT'; readonly command: CommandLine }
  | { readonly name: 'ENV' | 'LABEL'; readonly pairs: readonly Pair[] }
  | { readonly name: 'EXPOSE'; readonly ports: string }
  | { readonly name: 'HEALTHCHECK'; readonly probe: HealthConfig }
  | { readonly name: 'MAINTAINER'; readonly author: string }
  | { readonly name: 'ONBUILD'; readonly trigger: string }
  | { readonly name: 'SHELL'; readonly words: readonly string[] }
  | { readonly name: 'STOPSIGNAL' | 'USER' | 'WORKDIR'; readonly text: string }
  | { readonly name: 'VOLUME'; readonly paths: readonly string[] };

export type Instruction = From | Arg | Run | Copy | ConfigInstruction;

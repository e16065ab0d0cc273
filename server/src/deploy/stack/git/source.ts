import type { StandingAsker } from '../../../engine/access/index.js';

/** Where a stack's files come from. */
export interface GitSource {
  readonly url: string;
  /** Branch, tag or commit; HEAD for the repository's own branch. */
  readonly ref: string;
  /** Of the Compose file, in the repository. */
  readonly path: string;
  /** Name at the repository's host; '' for nobody's. */
  readonly user: string;
  /** Seconds between two looks at it; 0 for none. */
  readonly poll: number;
}

/** What is known of a stack's repository. */
export interface GitState {
  /** Whose files are in the stack's folder. */
  readonly commit: string;
  /** That the repository had when it was asked last. */
  readonly latest: string;
  /** When that was, or was tried; milliseconds since 1970. */
  readonly checked: number;
  /** Why the repository could not be asked then; '' when it could. */
  readonly error: string;
  /** Why a commit was not taken, or not deployed. */
  readonly failure?: { readonly commit: string; readonly message: string };
  /** Profiles that it was deployed with last; left out when it never was. */
  readonly profiles?: readonly string[];
  /** Whether somebody has stopped it or taken it down since, so that news do not start it. */
  readonly off?: boolean;
  /** The commit that is being deployed. */
  readonly deploying?: string;
  /** Hash of the repository's own `.env`; '' for none. One that has another hash is the user's. */
  readonly env: string;
}

/** Whether news are deployed, or only fetched. */
export function isDeployed({ profiles, off }: GitState): boolean {
  return profiles !== undefined && !off;
}

/** A stack that comes from git. */
export interface GitStack {
  readonly name: string;
  readonly source: GitSource;
  readonly state: GitState;
  /** For whom it is updated. */
  readonly asker: StandingAsker;
  /** Whether a token is kept. */
  readonly token: boolean;
  /** Secret of its webhook; '' for none. */
  readonly hook: string;
}

/** What people say of a source. `token` undefined keeps the one that is there. */
export interface GitRequest extends GitSource {
  readonly token: string | undefined;
  /** Whether it has a webhook. */
  readonly hook: boolean;
}

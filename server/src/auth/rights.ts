/** What a user may be: nobody yet, one who sees, one who works with what there is, one who may do everything. */
export type Role = 'none' | 'viewer' | 'operator' | 'admin';

/** What is asked for: to see something, to work with it, or what is the host's owner's alone. */
export type Right = 'view' | 'operate' | 'admin';

/** What a user was given: a role everywhere, and more than that in Compose projects by name. */
export interface Grants {
  readonly role: Role;
  readonly projects: Readonly<Record<string, Role>>;
}

/** How an API token narrows what its owner may do. */
export interface Scope {
  readonly role: Role;
  /** Only in these Compose projects; undefined: wherever the owner may. */
  readonly projects: readonly string[] | undefined;
}

const RANK: Readonly<Record<Role, number>> = { none: 0, viewer: 1, operator: 2, admin: 3 };
const NEEDED: Readonly<Record<Right, number>> = { view: 1, operate: 2, admin: 3 };

/** The role that a right needs, as people are told it. */
export const ROLE_FOR: Readonly<Record<Right, Role>> = { view: 'viewer', operate: 'operator', admin: 'admin' };

/** What somebody may do, and where. What belongs to no project is theirs who have the role everywhere. */
export class Rights {
  /** Whoever may open the daemon's socket. */
  static readonly everything = new Rights({ role: 'admin', projects: {} });

  constructor(
    private readonly grants: Grants,
    readonly scope?: Scope,
  ) {}

  /** Whether `right` is had in a Compose project; undefined or '' is what belongs to none. */
  in(project: string | undefined, right: Right): boolean {
    return this.rank(project) >= NEEDED[right];
  }

  /** Whether `right` is had whatever it is about. */
  everywhere(right: Right): boolean {
    return this.rank(undefined) >= NEEDED[right];
  }

  /** Whether there may be anything that `right` is had for. */
  anywhere(right: Right): boolean {
    const projects = this.scope?.projects ?? Object.keys(this.grants.projects);
    return this.everywhere(right) || projects.some((project) => this.in(project, right));
  }

  private rank(project: string | undefined): number {
    const { role, projects } = this.grants;
    const own = project ? Object.entries(projects).find(([name]) => name === project)?.[1] : undefined;
    const rank = Math.max(RANK[role], own ? RANK[own] : 0);
    if (!this.scope) return rank;
    const outside = this.scope.projects && !(project && this.scope.projects.includes(project));
    return outside ? 0 : Math.min(rank, RANK[this.scope.role]);
  }
}

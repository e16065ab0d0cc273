import { Injectable } from '@nestjs/common';
import { askerOf, type Asker } from '../../auth/asker.js';
import { Rights, type Scope } from '../../auth/rights.js';
import { Users } from '../../auth/users.js';
import { forbidden } from '../../base/errors.js';

/** Who asked for something that is done again and again without them. */
export interface StandingAsker {
  readonly name: string;
  /** Whoever owns the host: by the local socket or a client certificate. */
  readonly host: boolean;
  /** How the API token that they asked with narrows it. */
  readonly scope?: Scope;
}

/** Those who asked once for what is done later: it is never more than they may do by then. */
@Injectable()
export class StandingAskers {
  constructor(private readonly users: Users) {}

  /** Whoever asks now. */
  current(): StandingAsker {
    const asker = askerOf();
    if (!asker) return { name: 'root', host: true };
    const { role, projects } = asker.rights.scope ?? {};
    return { name: asker.name, host: asker.rights === Rights.everything, ...(role && { scope: { role, projects } }) };
  }

  /** With the rights that they have now. @throws Forbidden for somebody who may not sign in any more */
  asker({ name, host, scope }: StandingAsker): Asker {
    if (host) return { name, rights: Rights.everything };
    const known = this.users.find(name);
    if (!known || known.account.disabled) throw forbidden(`${name}, for whom this is done, has no account here any more`);
    return { name: known.user.name, rights: new Rights(known.user, scope) };
  }
}

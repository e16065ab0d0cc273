import { Injectable } from '@nestjs/common';
import { conflict, forbidden, unauthorized } from '../base/errors.js';
import { ApiTokens, type TokenBearer } from './api-tokens.js';
import { Attempts } from './attempts.js';
import { cookieOf, type Headers } from './headers.js';
import { Invitations } from './invitations.js';
import { CodeNeeded } from './second-factor/code-needed.js';
import { Passkeys, type PasskeyPlace } from './second-factor/passkeys.js';
import { checkPassword, hashPassword, verifyPassword } from './password.js';
import { SecondFactors } from './second-factor/second-factors.js';
import { Sessions, type Origin, type Session } from './sessions.js';
import { SetupToken } from './setup-token.js';
import { Users, type User } from './users.js';

export const SESSION_COOKIE = 'slipway_session';

/** Somebody who has just signed in: `cookie` is the token for the session's cookie. */
export interface SignedIn {
  readonly cookie: string;
  readonly session: Session;
}

/** Who may come in: the first admin, signing in and out, and who is behind a request. */
@Injectable()
export class Access {
  /** What a password for nobody is compared with, so that a wrong name takes as long as a wrong password. */
  private nobody: Promise<string> | undefined;

  constructor(
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly tokens: ApiTokens,
    private readonly setupToken: SetupToken,
    private readonly attempts: Attempts,
    private readonly invitations: Invitations,
    private readonly factors: SecondFactors,
    private readonly passkeys: Passkeys,
  ) {
    users.onChange((name) => this.dropDisabled(name));
  }

  /** True while nobody can sign in. */
  get setupNeeded(): boolean {
    return this.users.size === 0;
  }

  /**
   * A fresh one-time link that makes the first admin, or undefined when there is one. To be printed once at start:
   * every call makes the link before worthless.
   * @param origin of the dashboard, such as http://127.0.0.1:2380
   */
  setupLink(origin: string): string | undefined {
    return this.setupNeeded ? `${origin}/setup#token=${this.setupToken.issue()}` : undefined;
  }

  /**
   * Makes the first admin and signs them in.
   * @param origin of the client; its address is what is slowed down
   * @throws Conflict when there is an admin already; Forbidden for a wrong token; InvalidParameter; TooManyRequests
   */
  async setUp(request: { token: string; name: string; password: string }, origin: Origin): Promise<SignedIn> {
    this.checkSetupNeeded();
    const attempt = this.attempts.begin(origin.address);
    if (!this.setupToken.matches(request.token)) {
      throw forbidden('the set-up link is not valid: use the one that the daemon printed when it started last');
    }
    attempt.succeeded();
    checkPassword(request.password);
    const password = await hashPassword(request.password);
    this.checkSetupNeeded();
    const user: User = { name: request.name, role: 'admin', projects: {} };
    this.users.add(user, password);
    this.setupToken.use();
    return this.signIn(user, origin);
  }

  /**
   * Chooses the password of whom a one-time link invites, ends their other sessions, and signs them in. An authenticator is
   * forgotten: such a link is what an admin makes for somebody who has lost theirs.
   * @throws Forbidden for a link that is not good any more; InvalidParameter; TooManyRequests
   */
  async join(request: { token: string; password: string }, origin: Origin): Promise<SignedIn> {
    const attempt = this.attempts.begin(origin.address);
    const name = this.invitations.userOf(request.token);
    const known = name === undefined ? undefined : this.users.find(name);
    if (!known || known.account.disabled) throw forbidden('this link was used already, or is too old: ask for another one');
    attempt.succeeded();
    checkPassword(request.password);
    const password = await hashPassword(request.password);
    if (!this.invitations.use(request.token)) throw forbidden('this link was used already: ask for another one');
    this.users.setPassword(known.user.name, password);
    this.factors.off(known.user.name);
    this.sessions.endAll(known.user);
    return this.signIn(known.user, origin);
  }

  /**
   * Signs in by name and password, and the code of the authenticator where there is one.
   * @throws Unauthorized when name or password is wrong, without saying which; CodeNeeded when there is no code; TooManyRequests
   */
  async login(credentials: { name: string; password: string; code?: string | undefined }, origin: Origin): Promise<SignedIn> {
    const attempt = this.attempts.begin(origin.address);
    const known = await this.checkCredentials(credentials);
    if (this.factors.isOn(known.name)) this.checkCode(known, credentials.code);
    attempt.succeeded();
    return this.signIn(known, origin);
  }

  /** Signs in whoever shows a passkey, which stands for both factors. @throws Unauthorized, TooManyRequests */
  async loginByPasskey(response: Parameters<Passkeys['authenticate']>[0], place: PasskeyPlace, origin: Origin): Promise<SignedIn> {
    const attempt = this.attempts.begin(origin.address);
    const known = this.users.find(await this.passkeys.authenticate(response, place));
    if (!known || known.account.disabled) throw unauthorized('this passkey is not known here');
    attempt.succeeded();
    return this.signIn(known.user, origin);
  }

  /**
   * Changes a password, knowing the present one, and ends the user's other sessions.
   * @throws Forbidden when it is not the present one; InvalidParameter; TooManyRequests
   */
  async changePassword(session: Session, current: string, password: string, origin: Origin): Promise<void> {
    await this.confirm(session, current, origin);
    checkPassword(password);
    this.users.setPassword(session.user.name, await hashPassword(password));
    this.sessions.endAll(session.user, session.id);
  }

  /** Makes sure that it is the user who sits there. @throws Forbidden for a wrong password; TooManyRequests */
  async confirm({ user }: Session, password: string, origin: Origin): Promise<void> {
    const attempt = this.attempts.begin(origin.address);
    const stored = this.users.find(user.name)?.password;
    if (!stored || !(await verifyPassword(password, stored))) throw forbidden('this is not your password');
    attempt.succeeded();
  }

  /** The session of a request's cookie, prolonged by this; undefined when nobody is signed in. */
  authenticate(headers: Headers): Session | undefined {
    const token = cookieOf(headers, SESSION_COOKIE);
    return token === undefined ? undefined : this.sessions.touch(token);
  }

  /** For whom a request's bearer token acts, and how far. */
  bearer(headers: Headers): TokenBearer | undefined {
    const [, token] = /^Bearer +(\S+)$/i.exec(String(headers['authorization'] ?? '')) ?? [];
    return token === undefined ? undefined : this.tokens.bearer(token);
  }

  logout(session: Session): void {
    this.sessions.end(session.id);
  }

  /** Calls `listener` with the ID of every session that ends. @returns how to stop that */
  onSessionEnd(listener: (id: string) => void): () => void {
    return this.sessions.onEnd(listener);
  }

  /** Calls `listener` with the ID of every API token that is removed. @returns how to stop that */
  onTokenEnd(listener: (id: string) => void): () => void {
    return this.tokens.onRemove(listener);
  }

  /** Calls `listener` with the name of every user whose rights change. @returns how to stop that */
  onUserChange(listener: (name: string) => void): () => void {
    return this.users.onChange(listener);
  }

  /** Opens a session for somebody who has shown who they are. */
  signIn(user: User, origin: Origin): SignedIn {
    const { token, session } = this.sessions.open(user, Date.now(), origin);
    return { cookie: token, session };
  }

  private async checkCredentials(credentials: { name: string; password: string }): Promise<User> {
    const nobody = await (this.nobody ??= hashPassword('nobody has this password'));
    const known = this.users.find(credentials.name);
    const right = await verifyPassword(credentials.password, known?.password || nobody);
    if (!known?.password || !right || known.account.disabled) throw unauthorized('name or password is wrong');
    return known.user;
  }

  /** Counted by user as well: whoever knows the password may ask from many addresses. */
  private checkCode({ name }: User, code: string | undefined): void {
    if (code === undefined || code.trim() === '') throw new CodeNeeded();
    const attempt = this.attempts.begin(`code of ${name}`);
    if (!this.factors.check(name, code)) throw unauthorized('the code is wrong, or was used already');
    attempt.succeeded();
  }

  /** Sessions of removed users have gone from the database, but whoever listens has to hear of it. */
  private dropDisabled(name: string): void {
    const known = this.users.find(name);
    if (known?.account.disabled) this.sessions.endAll(known.user);
  }

  private checkSetupNeeded(): void {
    if (!this.setupNeeded) throw conflict('there is an admin already: sign in instead');
  }
}

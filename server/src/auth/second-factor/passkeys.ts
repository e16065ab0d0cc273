import { Injectable } from '@nestjs/common';
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { invalidParameter, messageOf, notFound, unauthorized } from '../../base/errors.js';
import { PRODUCT } from '../../base/product.js';
import { Database } from '../../state/database.js';
import { Challenges } from './challenges.js';
import { Users } from '../users.js';

/** The page for which a passkey is made or shown: it works nowhere else (WebAuthn, 13.4.9). */
export interface PasskeyPlace {
  /** Host name, such as localhost; addresses have no passkeys. */
  readonly host: string;
  /** As the browser says it, such as https://box.example:9000. */
  readonly origin: string;
}

export interface Passkey {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly used: number | null;
}

interface Row extends Passkey {
  readonly public_key: Buffer;
  readonly counter: number;
  readonly transports: string;
}

/** Passkeys (WebAuthn): public keys of authenticators that sign people in without a password. */
@Injectable()
export class Passkeys {
  private readonly challenges = new Challenges<{ user: string | undefined }>();

  constructor(
    private readonly database: Database,
    _users: Users,
  ) {
    database.migrate('auth/passkey', [
      `CREATE TABLE passkey (
         id TEXT PRIMARY KEY,
         user TEXT NOT NULL REFERENCES user (name) ON DELETE CASCADE,
         name TEXT NOT NULL,
         public_key BLOB NOT NULL,
         counter INTEGER NOT NULL,
         transports TEXT NOT NULL,
         created INTEGER NOT NULL,
         used INTEGER
       ) STRICT`,
    ]);
  }

  list(user: string): Passkey[] {
    return this.database.sqlite
      .prepare<[string], Passkey>('SELECT id, user, name, created, used FROM passkey WHERE user = ? ORDER BY created')
      .all(user);
  }

  /** What a browser makes a passkey with. */
  async registrationOptions(user: string, { host }: PasskeyPlace): Promise<PublicKeyCredentialCreationOptionsJSON> {
    const { generateRegistrationOptions } = await import('@simplewebauthn/server');
    const options = await generateRegistrationOptions({
      rpName: PRODUCT.name,
      rpID: host,
      userName: user,
      userID: new Uint8Array(Buffer.from(user)),
      attestationType: 'none',
      excludeCredentials: this.list(user).map(({ id }) => ({ id })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    this.challenges.add(options.challenge, { user });
    return options;
  }

  /** Keeps a passkey that a browser has made. @throws InvalidParameter when it was not made for this */
  async register(user: string, name: string, response: RegistrationResponseJSON, { host, origin }: PasskeyPlace): Promise<Passkey> {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const expectedChallenge = (challenge: string) => this.challenges.take(challenge)?.user === user;
    const result = await verifyRegistrationResponse({ response, expectedChallenge, expectedOrigin: origin, expectedRPID: host }).catch(
      (error: unknown) => {
        throw invalidParameter(`the passkey was not accepted: ${messageOf(error)}`);
      },
    );
    if (!result.verified) throw invalidParameter('the passkey was not accepted');
    const { id, publicKey, counter, transports = [] } = result.registrationInfo.credential;
    const passkey: Passkey = { id, user, name, created: Date.now(), used: null };
    this.database.durable(() =>
      this.database.sqlite
        .prepare('INSERT INTO passkey (id, user, name, public_key, counter, transports, created) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(id, user, name, Buffer.from(publicKey), counter, transports.join(','), passkey.created),
    );
    return passkey;
  }

  /** What a browser shows a passkey of this page with, whoever's. */
  async authenticationOptions({ host }: PasskeyPlace): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
    const options = await generateAuthenticationOptions({ rpID: host, userVerification: 'required' });
    this.challenges.add(options.challenge, { user: undefined });
    return options;
  }

  /** Whose passkey has been shown. @throws Unauthorized without saying what was wrong */
  async authenticate(response: AuthenticationResponseJSON, { host, origin }: PasskeyPlace): Promise<string> {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const row = this.database.sqlite.prepare<[string], Row>('SELECT * FROM passkey WHERE id = ?').get(response.id);
    const refused = unauthorized('this passkey is not known here');
    if (!row) throw refused;
    const credential = {
      id: row.id,
      publicKey: new Uint8Array(row.public_key),
      counter: row.counter,
      transports: row.transports.split(',').filter(Boolean) as AuthenticatorTransport[],
    };
    const expectedChallenge = (challenge: string) => this.challenges.take(challenge) !== undefined;
    const result = await verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: host,
      credential,
    }).catch(() => undefined);
    if (!result?.verified) throw refused;
    this.database.durable(() =>
      this.database.sqlite
        .prepare('UPDATE passkey SET counter = ?, used = ? WHERE id = ?')
        .run(result.authenticationInfo.newCounter, Date.now(), row.id),
    );
    return row.user;
  }

  /** @throws NotFound when `user` has none with this ID */
  remove(user: string, id: string): void {
    const { changes } = this.database.durable(() =>
      this.database.sqlite.prepare('DELETE FROM passkey WHERE id = ? AND user = ?').run(id, user),
    );
    if (changes === 0) throw notFound(`No such passkey: ${id}`);
  }
}

import { answer } from './http';
import {
  dashboardFactors,
  dashboardPasskeyBegin,
  dashboardPasskeyChallenge,
  dashboardPasskeyDelete,
  dashboardPasskeyLogin,
  dashboardPasskeyRegister,
  dashboardTotpBegin,
  dashboardTotpConfirm,
  dashboardTotpOff,
} from './generated/dashboard/sdk.gen';
import type { Factors, Passkey, Session, TotpSecret } from './generated/dashboard/types.gen';

export type { Factors, Passkey, TotpSecret };

export const readFactors = (): Promise<Factors> => answer(dashboardFactors());
export const beginTotp = (): Promise<TotpSecret> => answer(dashboardTotpBegin());
export const confirmTotp = async (code: string): Promise<string[]> => (await answer(dashboardTotpConfirm({ body: { code } }))).codes;
export const stopTotp = (password: string): Promise<unknown> => answer(dashboardTotpOff({ body: { password } }));
export const removePasskey = (id: string): Promise<unknown> => answer(dashboardPasskeyDelete({ path: { id } }));

/** Lets the browser make a passkey, and keeps it. Rejects when the person thinks better of it. */
export async function addPasskey(name: string): Promise<Passkey> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const optionsJSON = (await answer(dashboardPasskeyBegin())) as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'];
  const response = await startRegistration({ optionsJSON });
  return answer(dashboardPasskeyRegister({ body: { name, response: { ...response } } }));
}

/** Lets the browser show a passkey of this page, and signs in with it. */
export async function loginByPasskey(): Promise<Session> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const optionsJSON = (await answer(dashboardPasskeyChallenge())) as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'];
  const response = await startAuthentication({ optionsJSON });
  return answer(dashboardPasskeyLogin({ body: { response: { ...response } } }));
}

/** Why this page can have no passkeys: browsers keep them for names only, and not without TLS but on this very machine. */
export function passkeyObstacle(): 'address' | 'browser' | undefined {
  if (/^[\d.]+$|^\[/.test(location.hostname)) return 'address';
  return typeof window.PublicKeyCredential === 'function' ? undefined : 'browser';
}

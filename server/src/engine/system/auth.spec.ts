import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Undo } from '../../base/undo.js';
import { Registry } from '../../registry/registry.js';
import { LyingRegistry } from '../../registry/testing/lying-registry.js';
import { SystemAuth } from './auth.js';

describe('SystemAuth', () => {
  let registry: LyingRegistry;
  beforeEach(async () => {
    registry = await new LyingRegistry().start();
  });
  afterEach(() => registry.stop());

  const login = (username: string, password: string) => {
    const job = new SystemAuth(new Registry({ insecureRegistries: [] }));
    const context = { undo: new Undo(), signal: new AbortController().signal, version: '1.56' };
    return job.run({ username, password, serveraddress: `http://${registry.domain}/v2/` }, context);
  };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it('tries name and password', async () => {
    registry.guard = (request, response) => {
      if (request.headers.authorization === basic('u:p')) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    expect(await login('u', 'p')).toEqual({ Status: 'Login Succeeded', IdentityToken: '' });
    await expect(login('u', 'wrong')).rejects.toMatchObject({
      kind: 'Unauthorized',
      message: expect.stringContaining('incorrect username or password'),
    });
  });

  it('brings back the refresh token', async () => {
    registry.guard = (request, response) => {
      if (request.url?.startsWith('/token?')) {
        const good = request.headers.authorization === basic('u:p') && request.url.includes('offline_token=true');
        response
          .writeHead(good ? 200 : 401)
          .end(JSON.stringify(good ? { access_token: 't', refresh_token: 'refresh' } : { details: 'wrong' }));
        return true;
      }
      if (request.headers.authorization === 'Bearer t') return false;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${registry.domain}/token",service="s"` }).end();
      return true;
    };
    expect(await login('u', 'p')).toEqual({ Status: 'Login Succeeded', IdentityToken: 'refresh' });
    await expect(login('u', 'wrong')).rejects.toMatchObject({ kind: 'Unauthorized' });
  });
});

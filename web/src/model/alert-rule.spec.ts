import { describe, expect, it } from 'vitest';
import { channelForm, channelRequest, ruleForm, ruleRequest, scopesFor, usual } from './alert-rule';

describe('the form of a rule', () => {
  it('takes over what is usual for a condition, and a scope that it can have', () => {
    const form = usual({ ...ruleForm(), name: 'Full', condition: 'disk', heal: true });
    expect(ruleRequest(form)).toMatchObject({ name: 'Full', scope: 'host', threshold: 85, seconds: 60, heal: false });
    expect(scopesFor('log')).not.toContain('host');
  });

  it('gives back the rule it was filled with', () => {
    const { id, ...request } = { ...ruleRequest(ruleForm()), id: 'r', threshold: 2.5, seconds: 60, channels: ['a'] };
    expect(ruleRequest(ruleForm({ ...request, id }))).toEqual(request);
  });
});

describe('the form of a channel', () => {
  it('keeps a secret that nobody typed anew, and nothing of other kinds', () => {
    const channel = {
      id: 'c',
      name: 'Mail',
      kind: 'email' as const,
      url: '',
      host: 'mail',
      port: 25,
      tls: false,
      user: 'u',
      from: 'a@b',
      to: 'c@d',
    };
    const form = channelForm({ ...channel, secretSet: true });
    expect(channelRequest(form)).not.toHaveProperty('secret');
    expect(channelRequest({ ...form, kind: 'ntfy', url: ' https://ntfy.sh/x ', secret: 's' })).toEqual({
      name: 'Mail',
      kind: 'ntfy',
      url: 'https://ntfy.sh/x',
      host: '',
      port: 0,
      tls: false,
      user: '',
      from: '',
      to: '',
      secret: 's',
    });
  });
});

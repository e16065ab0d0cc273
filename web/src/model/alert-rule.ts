import type { AlertChannel, AlertChannelRequest, AlertRule, AlertRuleRequest } from '@/client/alerts';

export type Condition = AlertRule['condition'];
export type Scope = AlertRule['scope'];
export type ChannelKind = AlertChannel['kind'];

export const CONDITIONS: readonly Condition[] = ['stopped', 'unhealthy', 'restarting', 'cpu', 'memory', 'disk', 'log'];
export const CHANNEL_KINDS: readonly ChannelKind[] = ['webhook', 'email', 'ntfy'];

/** What a rule with this condition can be about. */
export function scopesFor(condition: Condition): Scope[] {
  if (condition === 'disk') return ['host'];
  const ofContainers: Scope[] = ['all', 'container', 'project'];
  return condition === 'cpu' || condition === 'memory' ? [...ofContainers, 'host'] : ofContainers;
}

/** What a condition begins with in the form: how long it must last, from which value on. */
const USUAL: Record<Condition, { seconds: number; threshold: number }> = {
  stopped: { seconds: 10, threshold: 0 },
  unhealthy: { seconds: 0, threshold: 0 },
  restarting: { seconds: 300, threshold: 3 },
  cpu: { seconds: 300, threshold: 90 },
  memory: { seconds: 120, threshold: 90 },
  disk: { seconds: 60, threshold: 85 },
  log: { seconds: 300, threshold: 0 },
};

/** The fields of a rule as the form has them: numbers are texts while they are typed. */
export interface RuleForm extends Omit<AlertRuleRequest, 'seconds' | 'threshold'> {
  seconds: string;
  threshold: string;
}

export function ruleForm(rule?: AlertRule): RuleForm {
  if (rule) {
    const { id: _, seconds, threshold, ...rest } = rule;
    return { ...rest, channels: [...rest.channels], seconds: String(seconds), threshold: String(threshold) };
  }
  const form = { name: '', enabled: true, condition: 'stopped' as const, scope: 'all' as const, target: '', pattern: '' };
  return usual({ ...form, channels: [], heal: false, seconds: '', threshold: '' });
}

/** The form with what is usual for its condition, which has just been chosen. */
export function usual(form: RuleForm): RuleForm {
  const { seconds, threshold } = USUAL[form.condition];
  const scopes = scopesFor(form.condition);
  const scope = scopes.includes(form.scope) ? form.scope : (scopes[0] ?? 'all');
  const heal = form.heal && form.condition === 'unhealthy';
  return { ...form, scope, heal, seconds: String(seconds), threshold: String(threshold) };
}

/** What the daemon is told. */
export function ruleRequest(form: RuleForm): AlertRuleRequest {
  return { ...form, seconds: Math.round(Number(form.seconds) || 0), threshold: Number(form.threshold) || 0 };
}

/** The fields of a channel as the form has them; an empty secret keeps the one that is there. */
export interface ChannelForm extends Omit<AlertChannelRequest, 'port' | 'secret'> {
  port: string;
  secret: string;
}

export function channelForm(channel?: AlertChannel): ChannelForm {
  if (!channel) return { name: '', kind: 'webhook', url: '', host: '', port: '587', tls: false, user: '', from: '', to: '', secret: '' };
  const { name, kind, url, host, port, tls, user, from, to } = channel;
  return { name, kind, url, host, port: String(port || 587), tls, user, from, to, secret: '' };
}

/** What the daemon is told: nothing of what belongs to other kinds. */
export function channelRequest({ secret, port, ...form }: ChannelForm): AlertChannelRequest {
  const secretPart = secret ? { secret } : {};
  const name = form.name.trim();
  if (form.kind === 'email') return { ...form, name, url: '', port: Number(port) || 0, ...secretPart };
  return { name, kind: form.kind, url: form.url.trim(), host: '', port: 0, tls: false, user: '', from: '', to: '', ...secretPart };
}

import { splitCommand } from '../command-line';
import { FIELDS } from './fields';
import { linesOf, type FormValues } from './field';

/** A string as YAML: plain where it can be mistaken for nothing else. */
const scalar = (text: string): string =>
  /^[A-Za-z_/.][\w./@ -]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text) && text.trim() === text
    ? text
    : JSON.stringify(text);

/** The same as a service of a Compose file. */
export function toComposeService(values: FormValues): string {
  const name = (values['name'] || (values['image'] ?? '').replace(/^.*\//, '').replace(/[:@].*$/, '') || 'app').toLowerCase();
  const out = ['services:', `  ${name}:`];
  if (values['name']) out.push(`    container_name: ${scalar(values['name'])}`);
  const networks = linesOf(values['network'] ?? '');
  for (const field of FIELDS) {
    const value = values[field.flag] ?? '';
    if (value === '' || !field.compose) continue;
    if (field.flag === 'command' || field.flag === 'entrypoint')
      out.push(
        `    ${field.compose}: [${splitSafely(value)
          .map((word) => JSON.stringify(word))
          .join(', ')}]`,
      );
    else if (field.control === 'lines') out.push(`    ${field.compose}:`, ...linesOf(value).map((line) => `      - ${scalar(line)}`));
    else out.push(`    ${field.compose}: ${field.control === 'tick' ? 'true' : /^-?\d+(\.\d+)?$/.test(value) ? value : scalar(value)}`);
  }
  if (values['stop-timeout']) out.push(`    stop_grace_period: ${values['stop-timeout']}s`);
  out.push(
    ...nested('healthcheck', {
      test: values['health-cmd'],
      interval: values['health-interval'],
      timeout: values['health-timeout'],
      start_period: values['health-start-period'],
      start_interval: values['health-start-interval'],
      retries: values['health-retries'],
      disable: values['no-healthcheck'],
    }),
  );
  const options = linesOf(values['log-opt'] ?? '').map(
    (line) => `        ${line.slice(0, line.indexOf('='))}: ${scalar(line.slice(line.indexOf('=') + 1))}`,
  );
  out.push(...nested('logging', { driver: values['log-driver'] }, options.length > 0 ? ['      options:', ...options] : []));
  const limits = linesOf(values['ulimit'] ?? '').flatMap((line) => {
    const [limit = '', soft = '', hard] = line.split(/[=:]/);
    return hard === undefined ? [`      ${limit}: ${soft}`] : [`      ${limit}:`, `        soft: ${soft}`, `        hard: ${hard}`];
  });
  if (limits.length > 0) out.push('    ulimits:', ...limits);
  const volumes = linesOf(values['volume'] ?? '')
    .map((line) => line.split(':')[0] ?? '')
    .filter((source) => /^[\w][\w.-]*$/.test(source));
  const [mode] = networks;
  if (networks.length === 1 && /^(host|none|container:.*)$/.test(mode ?? '')) out.push(`    network_mode: ${scalar(mode ?? '')}`);
  else if (networks.length > 0 && mode !== 'bridge') {
    out.push('    networks:', ...networks.map((line) => `      - ${scalar(nameOf(line))}`));
    out.push('networks:', ...networks.flatMap((line) => [`  ${nameOf(line)}:`, '    external: true']));
  }
  if (volumes.length > 0) out.push('volumes:', ...volumes.map((volume) => `  ${volume}:`));
  return `${out.join('\n')}\n`;
}

const nameOf = (line: string): string => /^name=([^,]+)/.exec(line)?.[1] ?? line;

function nested(key: string, values: Record<string, string | undefined>, more: string[] = []): string[] {
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value ? [`      ${name}: ${value === 'true' || /^\d+$/.test(value) ? value : scalar(value)}`] : [],
  );
  return lines.length + more.length > 0 ? [`    ${key}:`, ...lines, ...more] : [];
}

function splitSafely(text: string): string[] {
  try {
    return splitCommand(text);
  } catch {
    return [text];
  }
}

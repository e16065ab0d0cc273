import type { ContainerRecord } from '../../../container/container.js';

/** A container that another one is linked to. */
export interface LinkTarget {
  readonly record: ContainerRecord;
  /** Its address in the default network. */
  readonly address: string;
}

interface Port {
  readonly number: number;
  readonly protocol: string;
}

/**
 * The variables by which a container of the default network learns of one that it is linked to, as Docker makes them: its
 * name, its address with each exposed port, and its own variables. @param name the linking container's, without the slash
 */
export function linkEnvironment(name: string, alias: string, { record, address }: LinkTarget): string[] {
  const prefix = alias.toUpperCase().replaceAll('-', '_');
  const ports = Object.keys(record.config.ExposedPorts ?? {})
    .map(toPort)
    .sort(byProtocolAndNumber);
  const urlOf = ({ protocol, number }: Port) => `${protocol}://${address}:${number}`;
  const [first] = ports;
  return [
    `${prefix}_NAME=/${name}/${alias}`,
    ...(first ? [`${prefix}_PORT=${urlOf(first)}`] : []),
    ...ports.flatMap((port) => {
      const own = `${prefix}_PORT_${port.number}_${port.protocol.toUpperCase()}`;
      return [`${own}=${urlOf(port)}`, `${own}_ADDR=${address}`, `${own}_PORT=${port.number}`, `${own}_PROTO=${port.protocol}`];
    }),
    ...(record.config.Env ?? []).filter((entry) => !/^(HOME|PATH)=/.test(entry)).map((entry) => `${prefix}_ENV_${entry}`),
  ];
}

function toPort(key: string): Port {
  const [number = '', protocol = 'tcp'] = key.split('/');
  return { number: Number(number), protocol };
}

function byProtocolAndNumber(a: Port, b: Port): number {
  return a.protocol === b.protocol ? a.number - b.number : a.protocol < b.protocol ? -1 : 1;
}

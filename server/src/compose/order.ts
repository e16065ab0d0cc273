/** That a service waits for another one. */
export interface Dependency {
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  readonly required: boolean;
  /** Restart the one when the other is restarted. */
  readonly restart: boolean;
}

type Graph = ReadonlyMap<string, { readonly dependencies: readonly Dependency[] }>;

/** Services in an order in which each comes after those it waits for. */
export function startOrder(services: Graph): string[] {
  const order = new Set<string>();
  const visit = (name: string, trail: readonly string[]) => {
    if (order.has(name) || trail.includes(name)) return;
    for (const { service } of services.get(name)?.dependencies ?? []) if (services.has(service)) visit(service, [...trail, name]);
    order.add(name);
  };
  for (const name of services.keys()) visit(name, []);
  return [...order];
}

/** The given services and all that they wait for, and those wait for. */
export function withDependencies(services: Graph, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name) || !services.has(name)) return;
    found.add(name);
    for (const { service } of services.get(name)?.dependencies ?? []) add(service);
  };
  names.forEach(add);
  return found;
}

/** Circles of services that wait for each other. */
export function cyclesIn(services: Graph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]) => {
    const at = trail.indexOf(name);
    if (at >= 0) {
      cycles.push([...trail.slice(at), name]);
      return;
    }
    if (done.has(name)) return;
    for (const { service } of services.get(name)?.dependencies ?? []) visit(service, [...trail, name]);
    done.add(name);
  };
  for (const name of services.keys()) visit(name, []);
  return cycles;
}

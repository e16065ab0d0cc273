import { answer } from './http';
import { dashboardContainerShells, dashboardTerminalDelete } from './generated/dashboard/sdk.gen';
import type { ContainerShells } from './generated/dashboard/types.gen';

export type { ContainerShells };

export const listShells = (container: string): Promise<ContainerShells> => answer(dashboardContainerShells({ path: { id: container } }));
/** Hangs the terminal up and forgets it. */
export const endTerminal = (id: string): Promise<unknown> => answer(dashboardTerminalDelete({ path: { id } }));

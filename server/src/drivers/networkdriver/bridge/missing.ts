/** Whether the packet filter refused because a table, chain or element is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes('No such file or directory');
}

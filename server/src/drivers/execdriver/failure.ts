import { conflict, invalidParameter, notFound, systemError } from '../../base/errors.js';
import { getSystemErrorMap } from 'node:util';

/** A Status of libcontainer, as a shim sends it. */
export interface ShimFailure {
  readonly errno: number;
  readonly operation: string;
  readonly path: string;
}

/** Text of an errno as the C library words it; Node's own words differ for the three that clients look for. */
function describe(errno: number): string {
  const [code, text] = getSystemErrorMap().get(-errno) ?? ['', `error ${errno}`];
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ENOEXEC') return 'exec format error';
  return text;
}

/** What `execve` and what leads to it answered, in the words clients make exit codes of (127: not found, 126: not executable). */
function executionError({ errno, operation, path }: ShimFailure): Error {
  const prefix = 'OCI runtime create failed: unable to start container process: error during container init';
  const [code] = getSystemErrorMap().get(-errno) ?? [''];
  if (operation === 'find executable') return notFound(`${prefix}: exec: "${path}": executable file not found in $PATH: unknown`);
  const what = operation === 'chdir' ? `chdir to cwd ("${path}") set in config.json failed` : `exec: "${path}"`;
  const message = `${prefix}: ${what}: ${describe(errno)}: unknown`;
  return code === 'ENOENT' || code === 'ENOTDIR' || operation === 'chdir' ? notFound(message) : invalidParameter(message);
}

/** Not among the codes that Node has names for. */
const ECHILD = 10;

/** What a kernel answers to a limit that makes no sense to it, or that is below what is used already. */
const REFUSED = new Set(['EINVAL', 'ERANGE', 'EBUSY', 'EOPNOTSUPP', 'ENODEV']);
const LIMIT = 'set cgroup limit';

/** The error of a limit that could not be set on a container that runs. */
export function limitError(error: unknown): unknown {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (syscall !== LIMIT || !REFUSED.has(code ?? '')) return error;
  return invalidParameter(`the kernel refuses this value of ${path} (${code})`, error);
}

/** The error a failed operation of a shim is told by. */
export function toError(failure: ShimFailure): Error {
  if (['find executable', 'exec', 'chdir'].includes(failure.operation)) return executionError(failure);
  const [code = ''] = getSystemErrorMap().get(-failure.errno) ?? [];
  // Somebody killed it before it ran, or the container that it was to join.
  if (failure.errno === ECHILD || code === 'ESRCH')
    return conflict(`OCI runtime create failed: ${failure.operation}: the process has been ended before it ran: unknown`);
  if (failure.operation === LIMIT && REFUSED.has(code))
    return invalidParameter(`OCI runtime create failed: the kernel refuses this value of ${failure.path} (${code}): unknown`);
  // No mount belongs there, whoever asks for it.
  const isRefused = failure.operation === 'mount inside /proc';
  // The image has a link or a file where a folder of the runtime's belongs.
  if (isRefused || (failure.operation === 'open in rootfs' && ['ELOOP', 'ENOTDIR', 'EXDEV'].includes(code)))
    return invalidParameter(`OCI runtime create failed: ${failure.operation} "${failure.path}": ${describe(failure.errno)}: unknown`);
  const object = failure.path === '' ? '' : ` "${failure.path}"`;
  return systemError(`OCI runtime create failed: ${failure.operation}${object}: ${describe(failure.errno)}: unknown`);
}

/** What is asked of a cgroup that went with its last process: ENODEV is what an open folder of it answers. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '');
}

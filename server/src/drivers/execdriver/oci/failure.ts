import { invalidParameter, notFound, systemError } from '../../../base/errors.js';

/** Runtimes tell by their words alone what kind of failure it was; these are the ones that Docker looks for, too. */
const NOT_FOUND = /executable file .*not found|no such file or directory|system cannot find the file/i;
const NOT_EXECUTABLE = /permission denied|not a directory|is a directory|exec format error/i;
/** The same words about anything but the command are no fault of the command's. */
const ABOUT_COMMAND = /\bexec(utable|ve)?\b|chdir to cwd|cannot find/i;

/** The error, in the words that clients look for (crun writes them as the C library does), that a runtime's failure is told by: NotFound and InvalidParameter when the command is at fault (exit codes 127 and 126). */
export function runtimeError(logged: string): Error {
  const message = logged.replace(/(No such file or d|Permission d|Not a d|Is a d|Exec f)(?=irectory|enied|ormat error)/g, (words) =>
    words.toLowerCase(),
  );
  const text = `OCI runtime create failed: ${message}${message.endsWith(': unknown') ? '' : ': unknown'}`;
  if (!ABOUT_COMMAND.test(message)) return systemError(text);
  if (NOT_FOUND.test(message)) return notFound(text);
  return NOT_EXECUTABLE.test(message) ? invalidParameter(text) : systemError(text);
}

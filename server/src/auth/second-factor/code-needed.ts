import { KindError } from '../../base/errors.js';

/** Name and password are right, but that is not all. */
export class CodeNeeded extends KindError {
  constructor() {
    super('Unauthorized', 'enter the code that your authenticator shows, or a recovery code');
  }
}

/** One message of Docker's JSON streams. */
export interface ProgressMessage {
  readonly status?: string;
  readonly id?: string;
  readonly stream?: string;
  readonly progress?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly aux?: object;
}

/** Tells the client how a job gets on; resolves when the client has room for more. */
export type Progress = (message: ProgressMessage) => Promise<void> | void;

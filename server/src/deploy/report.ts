/** One message of a deployment: what happens to a service, an image's layer, a network or a volume. A later one of the same `key` takes its place. */
export interface DeployMessage {
  /** `service web`, `network front`, `volume data`; what the message belongs to. */
  readonly subject: string;
  /** A layer of the image, or a container. */
  readonly part?: string;
  readonly status: string;
  /** Bytes. */
  readonly current?: number;
  readonly total?: number;
  readonly done?: boolean;
  readonly error?: string;
  /** What a program wrote; all of it is shown, one after the other. Each has a `part` of its own. */
  readonly output?: string;
}

/** Tells how a deployment gets on. */
export type Report = (message: DeployMessage) => void;

/** One message of a build's stream. */
export interface BuildMessage {
  readonly stream?: string;
  readonly aux?: object;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: object;
}

/** Characters that a stage may have said before its turn; then it waits. */
const MOST_AHEAD = 1 << 20;

/** Where one stage says how it gets on. */
export interface Lane {
  /** Resolves when there is room for more. */
  emit(message: BuildMessage): Promise<void>;
  /** A line. */
  say(line: string): Promise<void>;
}

/** The output of stages that are built side by side, in the order of the Dockerfile: one after the other, as if they were. */
export class Output {
  private readonly lanes: StageLane[] = [];
  private pumping: Promise<void> | undefined;

  constructor(private readonly send: (message: BuildMessage) => Promise<void> | void) {}

  /** The lane of stage `index`, until it is closed. */
  open(index: number): StageLane {
    const lane = new StageLane(index, () => this.pump());
    const after = this.lanes.findIndex((each) => each.index > index);
    this.lanes.splice(after < 0 ? this.lanes.length : after, 0, lane);
    return lane;
  }

  /** Resolves when all that was said is out. */
  async flushed(): Promise<void> {
    await this.pumping;
  }

  private pump(): void {
    this.pumping ??= this.drain().finally(() => {
      this.pumping = undefined;
    });
  }

  private async drain(): Promise<void> {
    for (let front = this.lanes[0]; front; front = this.lanes[0]) {
      const message = front.take();
      if (message) await this.send(message);
      else if (front.isClosed) this.lanes.splice(this.lanes.indexOf(front), 1);
      else return;
    }
  }
}

/** The lane of a stage: what it says waits until all stages before it have ended. */
export class StageLane implements Lane {
  private readonly waiting: BuildMessage[] = [];
  private readonly blocked: (() => void)[] = [];
  private size = 0;
  private closed = false;

  constructor(
    readonly index: number,
    private readonly changed: () => void,
  ) {}

  get isClosed(): boolean {
    return this.closed;
  }

  emit(message: BuildMessage): Promise<void> {
    this.waiting.push(message);
    this.size += sizeOf(message);
    this.changed();
    return this.size > MOST_AHEAD ? new Promise((resolve) => this.blocked.push(resolve)) : Promise.resolve();
  }

  say(line: string): Promise<void> {
    return this.emit({ stream: `${line}\n` });
  }

  take(): BuildMessage | undefined {
    const message = this.waiting.shift();
    if (!message) return undefined;
    this.size -= sizeOf(message);
    if (this.size <= MOST_AHEAD) for (const go of this.blocked.splice(0)) go();
    return message;
  }

  /** Nothing more will be said. */
  close(): void {
    this.closed = true;
    this.changed();
  }
}

function sizeOf({ stream = '', status = '' }: BuildMessage): number {
  return stream.length + status.length + 64;
}

/** One file of a log that is rotated, held open so that a rotation cannot take it away. */
export interface LogFile {
  /** Tells it from all other files of the log, and is the same after it has been renamed or compressed. */
  readonly id: string;
  /**
   * Reads what stands at `position` of the text.
   * @param at where it goes in `target`
   * @returns bytes read; 0 at the end
   * @throws System when a compressed file is damaged
   */
  read(target: Buffer, at: number, length: number, position: number): Promise<number>;
  /** Finds the last `lines` whole lines. @returns the offset of the first of them, and how many there are */
  findTail(lines: number): Promise<{ offset: number; found: number }>;
  /** Whether the file has been cut, so that there is no such offset any more. */
  endsBefore(offset: number): Promise<boolean>;
  close(): Promise<void>;
}

import type { Build } from '../build.js';
import type { Stage } from '../dockerfile/dockerfile.js';
import type { Copy } from '../dockerfile/instruction.js';
import type { Expander } from '../dockerfile/words.js';
import type { Lane } from '../output.js';
import type { BuiltImage } from '../worker.js';

/** Where COPY or ADD stands. */
export interface CopyScene {
  readonly build: Build;
  readonly stage: Stage;
  readonly image: BuiltImage;
  readonly lane: Lane;
  readonly expand: Expander;
  readonly instruction: Copy;
  readonly workingDir: string;
}

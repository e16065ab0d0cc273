import { invalidParameter } from '../../base/errors.js';
import type { Arg, From, Instruction } from './instruction.js';
import { parseInstruction } from './parse-instruction.js';
import { atLine, parseSource, type SourceLine } from './source.js';

/** Every instruction is a step with an image of its own: more would keep the daemon busy for hours. */
const MOST_INSTRUCTIONS = 5000;
/** Stages stand on one another, and are solved as deep as that. */
const MOST_STAGES = 1000;

/** An instruction and where it stands. */
export interface Step<I extends Instruction = Instruction> {
  readonly instruction: I;
  /** As it is shown: with continued lines joined. */
  readonly text: string;
  readonly line: number;
}

/** A stage: a FROM and what follows it. */
export interface Stage {
  readonly index: number;
  readonly from: Step<From>;
  readonly steps: readonly Step[];
}

export interface Dockerfile {
  /** ARGs before the first FROM. */
  readonly args: readonly Step<Arg>[];
  readonly stages: readonly Stage[];
  readonly escape: string;
  readonly warnings: readonly string[];
}

/** Reads a whole Dockerfile; variables in it stay as they are. @throws InvalidParameter with the line */
export function parseDockerfile(content: string): Dockerfile {
  const { lines, escape, warnings } = parseSource(content);
  if (lines.length > MOST_INSTRUCTIONS) throw invalidParameter(`the Dockerfile has more than ${MOST_INSTRUCTIONS} instructions`);
  const args: Step<Arg>[] = [];
  const stages: { index: number; from: Step<From>; steps: Step[] }[] = [];
  for (const line of lines) {
    const step = readStep(line, escape);
    const stage = stages.at(-1);
    if (isFrom(step)) stages.push({ index: stages.length, from: step, steps: [] });
    else if (stage) stage.steps.push(step);
    else if (isArg(step)) args.push(step);
    else throw invalidParameter(`dockerfile parse error on line ${line.line}: no build stage in current context`);
  }
  if (stages.length > MOST_STAGES) throw invalidParameter(`the Dockerfile has more than ${MOST_STAGES} stages`);
  const names = stages.flatMap(({ from }) => from.instruction.as ?? []);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidParameter(`duplicate name ${twice}`);
  return { args, stages, escape, warnings };
}

/** One instruction that stands in an image: what ONBUILD has remembered. @throws InvalidParameter */
export function parseTrigger(text: string): Step {
  const { lines, escape } = parseSource(text);
  const [line] = lines;
  if (!line || lines.length > 1) throw invalidParameter('onbuild trigger should be a single expression');
  return readStep(line, escape);
}

/** The stage called `name`, or of that number; of those before `end` only. */
export function findStage(stages: readonly Stage[], name: string, end = stages.length): Stage | undefined {
  const before = stages.slice(0, end);
  const named = before.findLast(({ from }) => from.instruction.as === name.toLowerCase());
  return named ?? (/^\d+$/.test(name) ? before[Number(name)] : undefined);
}

function readStep(line: SourceLine, escape: string): Step {
  const instruction = atLine(line.line, () => parseInstruction(line, escape));
  return { instruction, text: line.text, line: line.line };
}

function isFrom(step: Step): step is Step<From> {
  return step.instruction.name === 'FROM';
}

function isArg(step: Step): step is Step<Arg> {
  return step.instruction.name === 'ARG';
}

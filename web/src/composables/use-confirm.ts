import { shallowRef } from 'vue';

export interface Question {
  title: string;
  text?: string;
  /** Names of what it is about. */
  objects?: string[];
  /** The verb on the button. */
  verb: string;
  /** A tick box below, with what it starts as. */
  option?: { label: string; value: boolean };
}

export interface Answer {
  yes: boolean;
  option: boolean;
}

const question = shallowRef<Question>();
let settle: (answer: Answer) => void = () => {};

/** Asks before something that cannot be taken back. */
export function useConfirm() {
  function ask(about: Question): Promise<Answer> {
    settle({ yes: false, option: false });
    question.value = about;
    return new Promise((resolve) => (settle = resolve));
  }

  function reply(yes: boolean, option = false): void {
    settle({ yes, option });
    question.value = undefined;
  }

  return { question, ask, reply };
}

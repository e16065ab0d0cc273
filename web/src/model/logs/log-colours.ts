/** Colours that tell several logs apart, readable on both themes. */
const COLOURS = ['--ansi-4', '--ansi-2', '--ansi-5', '--ansi-6', '--ansi-3', '--ansi-1'];

export const sourceColour = (at: number): string => `var(${COLOURS[at % COLOURS.length]})`;

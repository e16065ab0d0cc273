import type { FitAddon } from '@xterm/addon-fit';
import type { ITheme, Terminal } from '@xterm/xterm';

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const bright = (name: (typeof NAMES)[number]) => `bright${name[0]!.toUpperCase()}${name.slice(1)}` as keyof ITheme;

/** The page's colours as a terminal's. */
export function terminalTheme(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const palette = NAMES.flatMap((name, at) => [
    [name, colour(`--ansi-${at}`)],
    [bright(name), colour(`--ansi-${at + 8}`)],
  ]);
  return {
    ...Object.fromEntries(palette),
    background: colour('--terminal'),
    foreground: colour('--ink'),
    cursor: colour('--accent'),
    cursorAccent: colour('--terminal'),
    selectionBackground: `${colour('--accent-solid')}66`,
  };
}

/** Clipboard writes (OSC 52) are not for a container to make. */
const CLIPBOARD = 52;

/** Loads xterm.js and opens it in a box. Links are shown to `follow`, which asks; only http and https count as links. */
export async function openTerminal(box: HTMLElement, follow: (address: string) => void): Promise<{ terminal: Terminal; fit: FitAddon }> {
  const [{ Terminal: Xterm }, { FitAddon: Fit }, { WebLinksAddon }] = await Promise.all([
    import('@xterm/xterm'),
    import('@xterm/addon-fit'),
    import('@xterm/addon-web-links'),
    import('@xterm/xterm/css/xterm.css'),
  ]);
  const terminal = new Xterm({
    theme: terminalTheme(),
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono'),
    fontSize: 13,
    lineHeight: 1.2,
    scrollback: 5000,
    cursorBlink: true,
    screenReaderMode: true,
    linkHandler: { activate: (_, address) => follow(address), allowNonHttpProtocols: false },
  });
  const fit = new Fit();
  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon((_, address) => follow(address)));
  terminal.parser.registerOscHandler(CLIPBOARD, () => true);
  terminal.open(box);
  return { terminal, fit };
}

import type { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';
import { onActivated, onMounted, onScopeDispose, ref, watch, type ShallowRef } from 'vue';
import type { Channel, EndReason } from '@/client/live';
import { t } from '@/language';
import { openTerminal, terminalTheme } from '@/model/terminal';
import { usePreferences } from '@/stores/preferences';
import { useConfirm } from './use-confirm';
import { useLive } from './use-live';

/** What a terminal is joined to: a session of the daemon's, or the container's own console. */
export interface TerminalTarget {
  container: string;
  /** Undefined: the console. */
  session: string | undefined;
  /** Starts the session where there is none. */
  command?: readonly string[];
  /** Empty: the one the image names. */
  user?: string;
}

/** A terminal in a box, joined to a process in a container until either ends. */
export function useTerminal(box: Readonly<ShallowRef<HTMLElement | null>>, target: TerminalTarget) {
  const preferences = usePreferences();
  const { ask } = useConfirm();
  /** Why the session is over. */
  const ended = ref<string>();
  let terminal: Terminal | undefined;
  let fit: FitAddon | undefined;
  let channel: Channel | undefined;
  let disposed = false;
  const observer = new ResizeObserver(() => refit());

  /** A hidden tab has no size: its terminal keeps the one it had. */
  function refit(): void {
    if (box.value && box.value.clientWidth > 0) fit?.fit();
  }

  async function follow(address: string): Promise<void> {
    const { yes } = await ask({
      title: t('terminal.openTitle'),
      text: t('terminal.openText'),
      objects: [address],
      verb: t('terminal.open'),
    });
    if (yes) window.open(address, '_blank', 'noopener,noreferrer');
  }

  function end({ error, exitCode }: EndReason): void {
    ended.value = error ?? (exitCode ? t('terminal.endedWith', { code: exitCode }) : t('terminal.ended'));
    channel = undefined;
    if (terminal) terminal.options.disableStdin = true;
  }

  function join(screen: Terminal): void {
    const { container, session, command, user } = target;
    const what = session ? { session, ...(user && { user }) } : { attach: true };
    let start = command;
    channel = useLive()
      .connect()
      .open('terminal', {
        params: () => ({ container, ...what, ...(start && { command: [...start] }), rows: screen.rows, columns: screen.cols }),
        data: (bytes) => {
          // It runs now: after a break it is joined, not started once more.
          start = undefined;
          return new Promise((taken) => screen.write(bytes, () => taken(bytes.byteLength)));
        },
        end,
        lost: () => {
          // A session tells its past again; a console has none.
          if (session) screen.reset();
          else end({ error: 'The connection to the daemon broke, and this console with it.' });
          return session !== undefined;
        },
      });
  }

  onMounted(async () => {
    const opened = await openTerminal(box.value!, (address) => void follow(address));
    if (disposed) return opened.terminal.dispose();
    ({ terminal, fit } = opened);
    const encoder = new TextEncoder();
    refit();
    terminal.onData((text) => channel?.input(encoder.encode(text)));
    terminal.onBinary((text) => channel?.input(Uint8Array.from(text, (char) => char.charCodeAt(0))));
    terminal.onResize(({ rows, cols }) => channel?.resize(rows, cols));
    observer.observe(box.value!);
    join(terminal);
    terminal.focus();
  });

  onActivated(() => {
    refit();
    terminal?.focus();
  });
  watch(
    () => preferences.dark,
    () => terminal && (terminal.options.theme = terminalTheme()),
    { flush: 'post' },
  );
  onScopeDispose(() => {
    disposed = true;
    observer.disconnect();
    channel?.close();
    terminal?.dispose();
  });

  return { ended };
}

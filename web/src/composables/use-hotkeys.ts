import { onScopeDispose } from 'vue';

/** Runs on a key, or on two in a row: `{ '/': ..., 'g c': ..., 'mod+k': ... }`. `mod` is Ctrl or Cmd. */
export type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

const SEQUENCE_MS = 1200;

/** A terminal wants every key. */
const ofTerminal = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('[data-keys="all"]') !== null;

/** Where a key is text, only those with `mod` count. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[data-keys]') !== null);

const inDialog = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[role="dialog"],[role="menu"],[role="alertdialog"]') !== null;

export function useHotkeys(keys: Hotkeys): void {
  let first = '';
  let since = 0;

  function onKey(event: KeyboardEvent): void {
    const mod = event.ctrlKey || event.metaKey;
    if (event.defaultPrevented || event.altKey || ofTerminal(event.target) || (!mod && (isTyping(event.target) || inDialog(event.target))))
      return;
    const key = mod ? `mod+${event.key.toLowerCase()}` : event.key;
    const sequence = event.timeStamp - since < SEQUENCE_MS ? `${first} ${key}` : '';
    const run = keys[sequence] ?? keys[key];
    [first, since] = [key, event.timeStamp];
    if (!run) return;
    event.preventDefault();
    run(event);
  }

  window.addEventListener('keydown', onKey);
  onScopeDispose(() => window.removeEventListener('keydown', onKey));
}

import { shallowReactive } from 'vue';
import { messageOf } from '@/client/errors';

export interface Toast {
  id: number;
  tone: 'plain' | 'ok' | 'bad';
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
}

const toasts = shallowReactive<Toast[]>([]);
let last = 0;

/** Short messages at the edge of the page. Errors stay until they are closed. */
export function useToasts() {
  function dismiss(id: number): void {
    const at = toasts.findIndex((toast) => toast.id === id);
    if (at >= 0) toasts.splice(at, 1);
  }

  function show(toast: Omit<Toast, 'id'>): number {
    const id = ++last;
    toasts.push({ ...toast, id });
    if (toasts.length > 4) toasts.shift();
    if (toast.tone !== 'bad' && !toast.action) setTimeout(() => dismiss(id), 5000);
    return id;
  }

  /** Says what failed, with the daemon's own message. */
  const fail = (title: string, error: unknown): number => show({ tone: 'bad', title, text: messageOf(error) });

  return { toasts, show, fail, dismiss };
}

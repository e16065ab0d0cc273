import { ref } from 'vue';
import { t } from '@/language';
import { useToasts } from './use-toasts';

/** Copies text, and tells for two seconds that it did. */
export function useCopy() {
  const copied = ref(false);
  const { show } = useToasts();

  async function copy(text: string): Promise<void> {
    try {
      await writeClipboard(text);
      copied.value = true;
      setTimeout(() => (copied.value = false), 2000);
    } catch {
      show({ tone: 'bad', title: t('common.copyFailed'), text });
    }
  }

  return { copied, copy };
}

/** The clipboard API is there over TLS and on localhost only; a selection works everywhere. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  (document.querySelector('[role="dialog"]') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) throw new Error('copy was refused');
}

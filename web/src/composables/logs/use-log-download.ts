import { ref } from 'vue';
import { readWholeLog } from '@/client/logs';
import { t } from '@/language';
import type { LogRow } from '@/model/logs/log-window';
import { useContainers } from '@/stores/lists';
import { readLog } from './read-log';
import { useToasts } from '../use-toasts';

/** Saves a log as a text file. */
export function useLogDownload() {
  const busy = ref(false);
  const toasts = useToasts();

  async function downloadAll(id: string, name: string, times: boolean): Promise<void> {
    busy.value = true;
    try {
      save(await wholeLog(id, times), `${name}.log`);
    } catch (error) {
      toasts.fail(t('logs.downloadFailed', { name }), error);
    } finally {
      busy.value = false;
    }
  }

  function downloadRows(rows: LogRow[], name: string, times: boolean): void {
    const lines = rows.map(({ time, plain }) => `${times ? `${time} ` : ''}${plain}\n`);
    save(new Blob(lines, { type: 'text/plain' }), `${name}.log`);
  }

  function saveLines(lines: string[], name: string): void {
    save(
      new Blob(
        lines.map((line) => `${line}\n`),
        { type: 'text/plain' },
      ),
      `${name}.log`,
    );
  }

  return { busy, downloadAll, downloadRows, saveLines };
}

/** The log of a container that is gone is told over the live connection alone. */
async function wholeLog(id: string, times: boolean): Promise<Blob> {
  if (useContainers().byKey.has(id)) return readWholeLog(id, times);
  const lines = await readLog({ container: id });
  return new Blob(
    lines.map(({ time, text }) => `${times ? `${time} ` : ''}${text}\n`),
    { type: 'text/plain' },
  );
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

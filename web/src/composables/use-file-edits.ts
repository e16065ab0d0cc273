import { useI18n } from 'vue-i18n';
import { makeFolder, moveFile, removeFile, writeFile, type FileEntry, type FilesPlace } from '@/client/files';
import { joinPath, pathFrom } from '@/model/files';
import { useConfirm } from './use-confirm';
import { useToasts } from './use-toasts';

/** Changes files of `place`; each says when it failed, and answers whether it was done. */
export function useFileEdits(place: FilesPlace) {
  const { t } = useI18n();
  const { ask } = useConfirm();
  const toasts = useToasts();

  async function trying(work: Promise<unknown>, failure: string): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      toasts.fail(failure, error);
      return false;
    }
  }

  async function upload(folder: string, file: File): Promise<void> {
    const { name } = file;
    const done = await trying(writeFile(place, joinPath(folder, name), file), t('files.uploadFailed', { name }));
    if (done) toasts.show({ tone: 'ok', title: t('files.uploaded', { name }) });
  }

  const make = (folder: string, name: string) => trying(makeFolder(place, pathFrom(folder, name)), t('files.newFolderFailed'));

  const rename = (folder: string, name: string, to: string) =>
    trying(moveFile(place, joinPath(folder, name), pathFrom(folder, to)), t('files.renameFailed', { name }));

  async function remove(folder: string, { name, kind }: FileEntry): Promise<boolean> {
    const text = t(kind === 'folder' ? 'files.removeFolder' : 'files.removeFile');
    const { yes } = await ask({
      title: t('files.removeTitle', { name }),
      text,
      objects: [joinPath(folder, name)],
      verb: t('files.removeVerb'),
    });
    if (!yes) return false;
    const done = await trying(removeFile(place, joinPath(folder, name)), t('files.removeFailed', { name }));
    if (done) toasts.show({ tone: 'ok', title: t('files.removed', { name }) });
    return done;
  }

  return { upload, make, rename, remove };
}

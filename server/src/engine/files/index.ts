import type { Type } from '@nestjs/common';
import { VolumeClone } from './clone-volume.js';
import { ContainerChanges } from './container-changes.js';
import { FileMove, FileRemove, FilesEditing, FolderMake } from './edit.js';
import { FilesAccess } from './files-access.js';
import { FilesList } from './list.js';
import { FilesRead } from './read.js';
import { FilesUnpack } from './unpack.js';
import { FilesWrite } from './write.js';

export { FileMove, FileRemove, FilesList, FilesRead, FilesUnpack, FilesWrite, FolderMake, VolumeClone };

/** The jobs on files of containers, images, layers and volumes. */
export const filesJobs: Type[] = [
  FilesList,
  FilesRead,
  FilesUnpack,
  FilesWrite,
  FileMove,
  FileRemove,
  FolderMake,
  VolumeClone,
  FilesAccess,
  FilesEditing,
  ContainerChanges,
];

import { answer } from './http';
import { dashboardImageBuild } from './generated/dashboard/sdk.gen';
import type { TaskReference } from './generated/dashboard/types.gen';
import { imageDelete, imageHistory, imageInspect, imageTag } from './generated/docker/sdk.gen';
import type { ImageHistoryResponses, ImageInspectResponses, ImageSummary } from './generated/docker/types.gen';

export type { ImageSummary };
export type ImageInspect = ImageInspectResponses[200];
export type ImageHistory = ImageHistoryResponses[200];

export const inspectImage = (name: string): Promise<ImageInspect> => answer(imageInspect({ path: { name } }));
export const imageLayers = (name: string): Promise<ImageHistory> => answer(imageHistory({ path: { name } }));
/** Gives an image one more name. @param reference with its tag, `latest` where it has none */
export function tagImage(name: string, reference: string): Promise<unknown> {
  const [, repo = reference, tag] = /^(.*?)(?::([^:/]+))?$/.exec(reference) ?? [];
  return answer(imageTag({ path: { name }, query: { repo, ...(tag && { tag }) } }));
}
export interface BuildOrder {
  tag: string;
  remote?: string;
  dockerfile?: string;
  target?: string;
  args: string[];
  noCache: boolean;
  pull: boolean;
}
/** Uploads a context and begins to build it. @param context a tar @returns the task, to be watched */
export const buildImage = (query: BuildOrder, context: Blob): Promise<TaskReference> =>
  answer(dashboardImageBuild({ query, body: context, headers: { 'content-type': 'application/x-tar' } }));
/** Removes a tag, or the image with its last one; `force` removes all its tags. */
export const removeImage = (name: string, force: boolean): Promise<unknown> => answer(imageDelete({ path: { name }, query: { force } }));

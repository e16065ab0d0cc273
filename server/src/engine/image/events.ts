import type { Image } from '../../graph/image.js';
import type { Events } from '../../events/events.js';

/** Tells of an image as Docker does: its labels are attributes, `name` is what it was called in the operation. */
export function publishImageEvent(
  events: Events,
  action: string,
  image: Pick<Image, 'config'> | undefined,
  id: string,
  name: string,
): void {
  events.publish('image', action, id, { ...image?.config.Labels, name });
}

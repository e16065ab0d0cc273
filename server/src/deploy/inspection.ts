import { Inject, Injectable } from '@nestjs/common';
import type { ContainerCreateRequest, ContainerInspectResponse, ContainerSummary } from '../api/generated/types.gen.js';
import { DAEMON_CONFIG, type DaemonConfig } from '../base/config.js';
import { kindOf } from '../base/errors.js';
import { Engine } from '../engine/engine.js';
import { ContainerInspect } from '../engine/container/inspect.js';
import { ContainerList } from '../engine/container/list.js';
import { ImageInspect } from '../engine/image/inspect.js';
import { ownRequest } from './own-request.js';

/** Looks at containers and images on behalf of deployments. */
@Injectable()
export class Inspection {
  constructor(
    private readonly engine: Engine,
    @Inject(DAEMON_CONFIG) private readonly config: Pick<DaemonConfig, 'logDriver' | 'logOptions'>,
  ) {}

  container(id: string): Promise<ContainerInspectResponse> {
    return this.engine.run(ContainerInspect, { id });
  }

  /** Every container with all of these `name=value` labels. */
  labelled(...labels: string[]): Promise<ContainerSummary[]> {
    return this.engine.run(ContainerList, { all: true, filters: JSON.stringify({ label: labels }) });
  }

  /** ID of an image; undefined when it is not here. */
  async imageId(reference: string): Promise<string | undefined> {
    return (await this.image(reference))?.Id;
  }

  /** What somebody asked for when they made the container. */
  async request(container: ContainerInspectResponse): Promise<ContainerCreateRequest> {
    const image = await this.image(container.Image);
    return ownRequest(container, image?.Config, this.config);
  }

  private async image(name: string) {
    try {
      return await this.engine.run(ImageInspect, { name });
    } catch (error) {
      if (kindOf(error) === 'NotFound') return undefined;
      throw error;
    }
  }
}

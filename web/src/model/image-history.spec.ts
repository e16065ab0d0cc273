import { expect, it } from 'vitest';
import { buildStep } from './image-history';

it.each([
  ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD', '["sh"]'],
  ['RUN /bin/sh -c apk add x # buildkit', 'RUN', 'apk add x'],
  ['/bin/sh -c apt-get update', 'RUN', 'apt-get update'],
  ['COPY . /app # buildkit', 'COPY', '. /app'],
  ['imported from -', '', 'imported from -'],
  ['', '', ''],
])('reads %j', (createdBy, instruction, text) => expect(buildStep(createdBy)).toEqual({ instruction, text }));

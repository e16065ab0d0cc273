import { describe, expect, test } from 'vitest';
import { applyChanges } from './apply-changes.js';

describe('instructions', () => {
  test.each<[string, object]>([
    ['CMD ["a", "b c"]', { Cmd: ['a', 'b c'] }],
    ['cmd echo $HOME "x"', { Cmd: ['/bin/sh', '-c', 'echo $HOME "x"'] }],
    ['CMD [not json]', { Cmd: ['/bin/sh', '-c', '[not json]'] }],
    ['ENTRYPOINT ["/run"]', { Entrypoint: ['/run'], Cmd: null }],
    ['ENV A=1 B="x y" C=z\\ w', { Env: ['A=1', 'B=x y', 'C=z w'] }],
    ['ENV A two words', { Env: ['A=two words'] }],
    ['EXPOSE 80 53/udp 8000-8002', { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {}, '8002/tcp': {} } }],
    ["LABEL a=1 b='x $y'", { Labels: { a: '1', b: 'x $y' } }],
    ['USER me:us', { User: 'me:us' }],
    ['VOLUME ["/a b", "/c"]', { Volumes: { '/a b': {}, '/c': {} } }],
    ['VOLUME /a /b', { Volumes: { '/a': {}, '/b': {} } }],
    ['WORKDIR sub', { WorkingDir: '/sub' }],
    ['ONBUILD RUN make', { OnBuild: ['RUN make'] }],
    ['STOPSIGNAL SIGINT', { StopSignal: 'SIGINT' }],
    ['HEALTHCHECK NONE', { Healthcheck: { Test: ['NONE'] } }],
    [
      'HEALTHCHECK --interval=5s --retries=3 CMD curl -f / || exit 1',
      { Healthcheck: { Interval: 5e9, Retries: 3, Test: ['CMD-SHELL', 'curl -f / || exit 1'] } },
    ],
    ['HEALTHCHECK CMD ["probe"]', { Healthcheck: { Test: ['CMD', 'probe'] } }],
  ])('%s', (change, expected) => {
    expect(applyChanges({}, [change])).toEqual(expected);
  });

  test('build on what is there and on each other', () => {
    const config = { Env: ['A=1', 'B=2'], Labels: { old: 'kept' }, WorkingDir: '/srv', Cmd: ['old'] };
    const changes = ['ENV A=${B}3 C=${NONE:-else}', 'LABEL new=$A', 'WORKDIR $A', '# a comment', 'ENV D=a \\\n E=b'];
    expect(applyChanges(config, changes)).toEqual({
      Env: ['A=23', 'B=2', 'C=else', 'D=a', 'E=b'],
      Labels: { old: 'kept', new: '23' },
      WorkingDir: '/srv/23',
      Cmd: ['old'],
    });
  });

  test('an entrypoint takes the former command away, but not one given with it', () => {
    expect(applyChanges({ Cmd: ['old'] }, ['ENTRYPOINT ["e"]']).Cmd).toBeNull();
    expect(applyChanges({ Cmd: ['old'] }, ['CMD ["new"]', 'ENTRYPOINT ["e"]']).Cmd).toEqual(['new']);
  });

  test.each([
    ['RUN make', /RUN is not a valid change command/],
    ['toString x', /not a valid change command/],
    ['CMD', /CMD requires at least one argument/],
    ['ENV A=1 B', /can't find = in "B"/],
    ['ENV A="x', /double-quote/],
    ['EXPOSE 0', /invalid containerPort: 0/],
    ['EXPOSE 99999', /invalid containerPort/],
    ['ONBUILD ONBUILD RUN x', /Chaining ONBUILD/],
    ['ONBUILD FROM x', /FROM isn't allowed/],
    ['STOPSIGNAL SIGNOTHING', /signal/i],
    ['HEALTHCHECK --interval=1ns CMD x', /at least 1ms/],
    ['HEALTHCHECK --color=red CMD x', /unknown flag: --color/],
    ['HEALTHCHECK PING', /unknown type/],
  ])('%s is refused', (change, message) => {
    expect(() => applyChanges({}, [change])).toThrow(message);
  });
});

// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import type { LogRow as Row } from '@/model/logs/log-window';
import LogRow from './LogRow.vue';

const row = (text: string, sequence = 0): Row => ({
  time: '2026-01-01T00:00:00.5Z',
  stream: 'stdout',
  text,
  plain: text,
  sequence,
  level: undefined,
  continued: false,
  source: 0,
});
const show = (text: string, pattern?: RegExp) =>
  mount(LogRow, { props: { row: row(text), times: false, wrap: false, current: false, fields: true, pattern } });

it('shows markup as text', () => {
  const shown = show('<img src=x onerror="alert(1)"> \u001b[31m<script>x</script>');
  expect(shown.text()).toBe('<img src=x onerror="alert(1)"> <script>x</script>');
  expect(shown.findAll('img, script')).toHaveLength(0);
});

it('marks what was searched for', () => {
  const shown = show('GET /a GET /b', /get/giu);
  expect(shown.findAll('mark').map((mark) => mark.text())).toEqual(['GET', 'GET']);
});

it('shows a huge line in part, the rest on demand, and starts over with another line', async () => {
  const shown = show('x'.repeat(5000));
  expect(shown.text()).toContain('3,000 more characters');
  await shown.get('button').trigger('click');
  expect(shown.text()).toHaveLength(5000);
  await shown.setProps({ row: row('y'.repeat(5000), 1) });
  expect(shown.text()).toContain('3,000 more characters');
});

it('shows JSON as fields, or as it is', async () => {
  const shown = show('{"level":"info","msg":"listening","port":80}');
  expect(shown.text()).toBe('listening port=80');
  await shown.setProps({ fields: false });
  expect(shown.text()).toBe('{"level":"info","msg":"listening","port":80}');
});

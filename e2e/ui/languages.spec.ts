import { expect } from '@playwright/test';
import { BUSYBOX } from '../fixtures/busybox.ts';
import { signIn, test } from './harbour.ts';

test.use({ locale: 'zh-CN' });

test('the pages of the engine speak Chinese', async ({ page, daemon }, info) => {
  await daemon.docker.ok('run', '-d', '--name', 'junk', '-v', 'rice:/rice', BUSYBOX, 'sleep', '600');
  await signIn(page, daemon);
  const pages: [path: string, heading: string, text: string][] = [
    ['containers', '容器', '运行中'],
    ['images', '镜像', '创建时间'],
    ['networks', '网络', '内置'],
    ['volumes', '卷', '主机路径'],
    ['host', '主机', '最繁忙的容器'],
    ['disk', '磁盘', '未被使用的内容'],
  ];
  for (const [path, heading, text] of pages) {
    await page.goto(`${daemon.dashboard}/${path}`);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await expect(page.getByText(text).first()).toBeVisible();
    await page.screenshot({ path: info.outputPath(`${path}.png`) });
  }
  await page.goto(`${daemon.dashboard}/events`);
  await expect(page.getByRole('list', { name: '事件,最新的在前' })).toBeVisible();
  await page.goto(`${daemon.dashboard}/logs`);
  await expect(page.getByPlaceholder('搜索全部日志')).toBeVisible();
  await page.screenshot({ path: info.outputPath('logs.png') });
  await page.goto(`${daemon.dashboard}/containers/junk`);
  for (const tab of ['概览', '日志', '统计', '终端', '文件', '检查'])
    await expect(page.getByRole('link', { name: tab, exact: true }).first()).toBeVisible();
  await page.getByRole('link', { name: '统计' }).click();
  await expect(page.getByRole('heading', { name: '内存' })).toBeVisible();
  await page.getByRole('button', { name: '停止' }).click();
  await expect(page.getByText('已停止').first()).toBeVisible();
  await page.screenshot({ path: info.outputPath('container.png') });
  await daemon.docker.ok('rm', '-fv', 'junk');
  await daemon.docker.ok('volume', 'rm', 'rice');
});

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import vue from '@vitejs/plugin-vue';
import type { Plugin, ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where a daemon serves its dashboard, for `vite dev`; the origin is rewritten because the daemon accepts only its own. */
const daemon = process.env['SLIPWAY_DASHBOARD'] ?? 'http://127.0.0.1:9000';
const toDaemon: ProxyOptions = { target: daemon, changeOrigin: true, ws: true, rewriteWsOrigin: true, headers: { origin: daemon } };

/** Smaller files gain nothing. */
const LEAST_BYTES = 1024;

/** Writes `.br` and `.gz` beside text files, so that the daemon sends them without compressing anything itself. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = 'dist' }) {
    const names = (await readdir(dir, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name));
    await Promise.all(names.map((name) => compress(join(dir, name))));
  },
};

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.length < LEAST_BYTES) return;
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content));
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}

export default defineConfig({
  plugins: [vue(), tailwindcss(), compressed],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  server: { proxy: { '^/v1\\.': toDaemon, '/dashboard': toDaemon, '/live': toDaemon } },
  build: { target: 'es2023', sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 400 },
  test: { include: ['src/**/*.spec.ts'], setupFiles: ['src/language.setup.ts'] },
});

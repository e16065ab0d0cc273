import { demultiplex } from '@/model/raw-stream';
import { ApiError } from './errors';

/**
 * The whole log of a container as one piece of text.
 * @throws ApiError with the daemon's message
 */
export async function readWholeLog(id: string, timestamps: boolean): Promise<Blob> {
  const query = new URLSearchParams({ stdout: '1', stderr: '1', tail: 'all', timestamps: timestamps ? '1' : '0' });
  const response = await fetch(`/v1.56/containers/${encodeURIComponent(id)}/logs?${query}`);
  if (!response.ok || !response.body) {
    const { message } = (await response.json()) as { message?: string };
    throw new ApiError(message ?? `the daemon answered ${response.status}`, response.status);
  }
  const multiplexed = response.headers.get('content-type')?.includes('multiplexed-stream');
  return new Response(multiplexed ? response.body.pipeThrough(demultiplex()) : response.body).blob();
}

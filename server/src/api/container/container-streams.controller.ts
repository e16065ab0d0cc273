import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ContainerAttach, ContainerLogs, ContainerStats } from '../../engine/container/index.js';
import { Engine } from '../../engine/engine.js';
import type { ContainerAttachData, ContainerAttachWebsocketData, ContainerLogsData, ContainerStatsData } from '../generated/types.gen.js';
import { callerOf, hijack, requireWebSocket, sendJsonLines, sendPieces, streamType, upgradeToWebSocket } from '../http/index.js';
import { compareVersions, versionOf } from '../http/version.js';
import { pumpMessages } from './pump-messages.js';
import { pumpWhenReady } from './pump.js';

type QueryOf<Data extends { query?: unknown }> = NonNullable<Data['query']>;

/** Containers: what flows as long as the container runs or the client listens. */
@Controller('/containers')
export class ContainerStreamsController {
  constructor(private readonly engine: Engine) {}

  @Get('/:id/logs')
  async logs(
    @Param('id') id: string,
    @Query() query: QueryOf<ContainerLogsData>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { tty, pieces } = await this.engine.run(ContainerLogs, { ...query, id }, callerOf(request, reply));
    return sendPieces(reply, streamType(request, tty), pieces);
  }

  @Get('/:id/stats')
  async stats(
    @Param('id') id: string,
    @Query() query: QueryOf<ContainerStatsData>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const samples = await this.engine.run(ContainerStats, { ...query, id }, callerOf(request, reply));
    return sendJsonLines(reply, async (emit) => {
      for await (const sample of samples) await emit(sample);
    });
  }

  /** The connection is the client's before the container runs, so that it can be started afterwards. */
  @Post('/:id/attach')
  async attach(
    @Param('id') id: string,
    @Query() query: QueryOf<ContainerAttachData>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const gone = new AbortController();
    const { tty, streams } = await this.engine.run(ContainerAttach, { ...query, id }, { ...callerOf(request, reply), signal: gone.signal });
    const socket = hijack(request, reply, streamType(request, tty));
    socket.once('close', () => gone.abort()).once('error', () => gone.abort());
    await pumpWhenReady(socket, tty, streams);
  }

  /** Before 1.42 all three streams were attached, whatever was asked for. */
  @Get('/:id/attach/ws')
  async attachWebSocket(
    @Param('id') id: string,
    @Query() query: QueryOf<ContainerAttachWebsocketData>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    requireWebSocket(request);
    const all = compareVersions(versionOf(request.raw), '1.42') < 0 && { stdin: true, stdout: true, stderr: true };
    const gone = new AbortController();
    const caller = { ...callerOf(request, reply), signal: gone.signal };
    const { tty, streams } = await this.engine.run(ContainerAttach, { ...query, ...all, id }, caller);
    const socket = await upgradeToWebSocket(request, reply);
    socket.once('close', () => gone.abort()).once('error', () => gone.abort());
    await pumpMessages(socket, tty, streams);
  }
}

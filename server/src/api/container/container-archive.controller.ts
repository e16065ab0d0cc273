import { Controller, Get, Head, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ContainerArchive,
  ContainerArchiveInfo,
  ContainerChanges,
  ContainerExport,
  PutContainerArchive,
} from '../../engine/container/index.js';
import { Engine } from '../../engine/engine.js';
import type { ContainerArchiveData, ContainerPathStat, PutContainerArchiveData } from '../generated/types.gen.js';
import { bodyOf, Caller, type EngineCaller, sendBytes } from '../http/index.js';

/** Containers: their file systems. */
@Controller('/containers')
export class ContainerArchiveController {
  constructor(private readonly engine: Engine) {}

  @Head('/:id/archive')
  async archiveInfo(
    @Param('id') id: string,
    @Query() query: ContainerArchiveData['query'],
    @Res({ passthrough: true }) reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    reply.headers(pathStatHeader(await this.engine.run(ContainerArchiveInfo, { ...query, id }, caller)));
  }

  @Get('/:id/archive')
  archive(
    @Param('id') id: string,
    @Query() query: ContainerArchiveData['query'],
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    const send = (stat: ContainerPathStat, tar: Parameters<typeof sendBytes>[2]) =>
      sendBytes(reply, 'application/x-tar', tar, pathStatHeader(stat));
    return this.engine.run(ContainerArchive, { ...query, id, send }, caller);
  }

  @Put('/:id/archive')
  putArchive(
    @Param('id') id: string,
    @Query() query: PutContainerArchiveData['query'],
    @Req() request: FastifyRequest,
    @Caller() caller: EngineCaller,
  ) {
    return this.engine.run(PutContainerArchive, { ...query, id, archive: bodyOf(request) }, caller);
  }

  @Get('/:id/export')
  export(@Param('id') id: string, @Res() reply: FastifyReply, @Caller() caller: EngineCaller) {
    const send = (tar: Parameters<typeof sendBytes>[2]) => sendBytes(reply, 'application/octet-stream', tar);
    return this.engine.run(ContainerExport, { id, send }, caller);
  }

  @Get('/:id/changes')
  async changes(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply, @Caller() caller: EngineCaller) {
    reply.header('content-type', 'application/json');
    return this.engine.run(ContainerChanges, { id }, caller);
  }
}

function pathStatHeader(stat: ContainerPathStat): Record<string, string> {
  return { 'X-Docker-Container-Path-Stat': Buffer.from(JSON.stringify(stat)).toString('base64') };
}

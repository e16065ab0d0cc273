import { Body, Controller, Delete, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Engine } from '../../engine/engine.js';
import {
  ImageAttestations,
  ImageCommit,
  ImageCreate,
  ImageDelete,
  ImageGet,
  ImageGetAll,
  ImageHistory,
  ImageInspect,
  ImageList,
  ImageLoad,
  ImagePrune,
  ImagePush,
  ImageSearch,
  ImageTag,
} from '../../engine/image/index.js';
import type {
  ImageAttestationsData,
  ImageCommitData,
  ImageCreateData,
  ImageDeleteData,
  ImageDeleteResponseItem,
  ImageGetAllData,
  ImageGetData,
  ImageHistoryData,
  ImageInspectData,
  ImageListData,
  ImageLoadData,
  ImagePruneData,
  ImagePushData,
  ImageSearchData,
  ImageTagData,
} from '../generated/types.gen.js';
import { bodyOf, Caller, type EngineCaller, type Emit, sendBytes, sendJsonLines } from '../http/index.js';

/** Images of this daemon. */
@Controller()
export class ImageController {
  constructor(private readonly engine: Engine) {}

  @Get('/images/json')
  list(@Query() query: NonNullable<ImageListData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageList, query, caller);
  }

  @Get('/images/:name/json')
  inspect(@Param('name') name: string, @Query() query: NonNullable<ImageInspectData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageInspect, { ...query, name }, caller);
  }

  @Get('/images/:name/attestations')
  attestations(@Param('name') name: string, @Query() query: NonNullable<ImageAttestationsData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageAttestations, { ...query, name }, caller);
  }

  @Get('/images/:name/history')
  history(@Param('name') name: string, @Query() query: NonNullable<ImageHistoryData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageHistory, { ...query, name }, caller);
  }

  @Post('/images/:name/tag')
  tag(@Param('name') name: string, @Query() query: NonNullable<ImageTagData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageTag, { ...query, name }, caller);
  }

  @Delete('/images/:name')
  delete(@Param('name') name: string, @Query() query: NonNullable<ImageDeleteData['query']>, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageDelete, { ...query, name }, caller);
  }

  @Post('/images/create')
  create(
    @Query() query: NonNullable<ImageCreateData['query']>,
    @Headers('x-registry-auth') auth: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    return sendJsonLines(reply, (progress) => this.engine.run(ImageCreate, { ...query, auth, body: bodyOf(request), progress }, caller));
  }

  @Post('/commit')
  commit(@Query() query: NonNullable<ImageCommitData['query']>, @Body() config: ImageCommitData['body'], @Caller() caller: EngineCaller) {
    return this.engine.run(ImageCommit, { ...query, ...(config && { config }) }, caller);
  }

  @Post('/images/load')
  load(
    @Query() query: NonNullable<ImageLoadData['query']>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    return sendJsonLines(reply, (progress) => this.engine.run(ImageLoad, { ...query, archive: bodyOf(request), progress }, caller));
  }

  @Post('/images/:name/push')
  push(
    @Param('name') name: string,
    @Query() query: NonNullable<ImagePushData['query']>,
    @Headers('x-registry-auth') auth: string | undefined,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    return sendJsonLines(reply, (progress) => this.engine.run(ImagePush, { ...query, name, auth, progress }, caller));
  }

  @Get('/images/:name/get')
  async get(
    @Param('name') name: string,
    @Query() query: NonNullable<ImageGetData['query']>,
    @Res() reply: FastifyReply,
    @Caller() caller: EngineCaller,
  ) {
    return sendBytes(reply, 'application/x-tar', await this.engine.run(ImageGet, { ...query, name }, caller));
  }

  @Get('/images/get')
  async getAll(@Query() query: NonNullable<ImageGetAllData['query']>, @Res() reply: FastifyReply, @Caller() caller: EngineCaller) {
    return sendBytes(reply, 'application/x-tar', await this.engine.run(ImageGetAll, { ...query, names: query.names ?? [] }, caller));
  }

  @Get('/images/search')
  search(@Query() query: ImageSearchData['query'], @Headers('x-registry-auth') auth: string | undefined, @Caller() caller: EngineCaller) {
    return this.engine.run(ImageSearch, { ...query, auth }, caller);
  }

  @Post('/images/prune')
  async prune(@Query() query: NonNullable<ImagePruneData['query']>, @Res() reply: FastifyReply, @Caller() caller: EngineCaller) {
    if (!query.stream) return reply.status(200).send(await this.engine.run(ImagePrune, query, caller));
    return sendJsonLines(reply, async (emit) =>
      emit({ aux: await this.engine.run(ImagePrune, { ...query, deleted: emitDeleted(emit) }, caller) }),
    );
  }
}

/** A line of a streamed prune for each name and each piece of content that went. */
function emitDeleted(emit: Emit) {
  return ({ Untagged, Deleted }: ImageDeleteResponseItem) =>
    emit(Untagged ? { id: Untagged, status: 'Untagged' } : { id: Deleted, status: 'Deleted' });
}

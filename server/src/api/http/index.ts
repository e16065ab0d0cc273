export { requireWebSocket, upgradeToWebSocket } from './websocket.js';
export { Caller, callerOf, type EngineCaller } from './caller.js';
export { bodyOf } from './request-body.js';
export { hijack, streamType, MULTIPLEXED_STREAM, RAW_STREAM } from './hijack.js';
export { jsonStreamForm } from './json-stream.js';
export { sendBytes, sendJsonLines, sendLater, sendPieces, type Emit } from './streams.js';
export { versionOf, compareVersions } from './version.js';

/**
 * Takes the payload out of Docker's multiplexed stream, whose frames are 1 byte stream, 3 bytes zero, 4 bytes length
 * (big endian), payload; as the attach section of the Engine API describes.
 */
export function demultiplex(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let header = new Uint8Array(8);
  let filled = 0;
  let left = 0;
  return new TransformStream({
    transform(chunk, controller) {
      let at = 0;
      while (at < chunk.length) {
        if (left === 0) {
          const take = Math.min(8 - filled, chunk.length - at);
          header.set(chunk.subarray(at, at + take), filled);
          filled += take;
          at += take;
          if (filled < 8) return;
          left = new DataView(header.buffer).getUint32(4);
          header = new Uint8Array(8);
          filled = 0;
          continue;
        }
        const take = Math.min(left, chunk.length - at);
        controller.enqueue(chunk.slice(at, at + take));
        left -= take;
        at += take;
      }
    },
  });
}

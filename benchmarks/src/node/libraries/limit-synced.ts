import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createConnector, request } from './receive.ts';

/** bytes that are written and synced together: whole pages, which `O_DIRECT` asks for */
const blockSize = 2 ** 21;
/** Blocks of memory: what comes while one is written goes into the next. */
const blockCount = 4;
const page = 4096;

/** The limit of who syncs: each 2 MiB go past the page cache, and are on the disk before their memory is used again. */
export async function downloadFile(url: string, directory: string): Promise<void> {
  const free = Array.from({ length: blockCount }, newBlock);
  const path = join(directory, basename(url));
  const file = await open(path, constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT, 0o644);
  const writes: Promise<void>[] = [];
  let block = free.pop() ?? newBlock();
  let filled = 0;
  let length = 0;
  await request(url, createConnector(), (chunk, controller) => {
    for (let taken = 0; taken < chunk.byteLength; ) {
      const part = chunk.subarray(taken, taken + blockSize - filled);
      block.set(part, filled);
      filled += part.byteLength;
      taken += part.byteLength;
      if (filled < blockSize) continue;
      const full = block;
      writes.push(
        write(file, full, length).then(() => {
          free.push(full);
          controller.resume();
        }),
      );
      length += blockSize;
      filled = 0;
      block = free.pop() ?? newBlock();
      if (free.length === 0) controller.pause();
    }
  });
  await Promise.all(writes);
  if (filled > 0) {
    await write(file, block.subarray(0, Math.ceil(filled / page) * page), length);
    await file.truncate(length + filled);
  }
  await file.sync();
  await file.close();
}

/** Memory that begins at a page, as that of WebAssembly does. */
function newBlock(): Uint8Array<ArrayBuffer> {
  const pages = blockSize / 65536;
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer as ArrayBuffer);
}

async function write(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  await file.write(bytes, 0, bytes.byteLength, offset);
  await file.datasync();
}

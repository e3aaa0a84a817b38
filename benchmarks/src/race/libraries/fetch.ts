import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { readArguments } from './arguments.ts';

const { url, directory, file } = readArguments();
const response = await fetch(url);
if (!response.ok || !response.body) process.exit(1);
await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(`${directory}/${file}`));

import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { got } from 'got';
import { readArguments } from './arguments.ts';

const { url, directory, file } = readArguments();
await pipeline(got.stream(url), createWriteStream(`${directory}/${file}`));

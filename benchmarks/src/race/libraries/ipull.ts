import { downloadFile } from 'ipull';
import { readArguments } from './arguments.ts';

const { url, directory, file } = readArguments();
const download = await downloadFile({ url, directory, fileName: file, parallelStreams: 4 });
await download.download();

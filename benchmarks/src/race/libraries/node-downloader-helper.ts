import { DownloaderHelper } from 'node-downloader-helper';
import { readArguments } from './arguments.ts';

const { url, directory, file } = readArguments();
const download = new DownloaderHelper(url, directory, {
  fileName: file,
  resumeIfFileExists: true,
  removeOnStop: false,
  removeOnFail: false,
  override: true,
});
download.on('error', () => process.exit(1));
const ended = new Promise((resolve) => download.on('end', resolve));
await download.resumeFromFile(`${directory}/${file}`);
await ended;

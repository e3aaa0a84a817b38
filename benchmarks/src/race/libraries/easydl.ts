import EasyDl from 'easydl';
import { readArguments } from './arguments.ts';

const { url, directory, file } = readArguments();
const download = new EasyDl(url, `${directory}/${file}`, {
  connections: 4,
  chunkSize: 4 * 2 ** 20,
  existBehavior: 'overwrite',
});
if (!(await download.wait())) process.exit(1);

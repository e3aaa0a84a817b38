import { join } from 'node:path';
import EasyDl from 'easydl';

export async function downloadFile(url: string, directory: string, file: string): Promise<void> {
  const completed = await new EasyDl(url, join(directory, file), { connections: 4 }).wait();
  if (!completed) throw new Error(`${url} was not completed`);
}

import { downloadFile as pull } from 'ipull';

export async function downloadFile(url: string, directory: string, fileName: string): Promise<void> {
  const download = await pull({ url, directory, fileName, parallelStreams: 4 });
  await download.download();
}

import { DownloaderHelper } from 'node-downloader-helper';

export async function downloadFile(url: string, directory: string, fileName: string): Promise<void> {
  const download = new DownloaderHelper(url, directory, { fileName });
  const ended = new Promise<void>((resolve, reject) => {
    download.on('end', () => resolve());
    download.on('error', reject);
  });
  await download.start();
  await ended;
}

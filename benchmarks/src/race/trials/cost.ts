import type { OddServer } from '../servers/odd-server.ts';

export function inMebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

export function bytesAgain({ sent }: OddServer, size: number): number {
  return Math.max(0, sent - size);
}

export function describeRequests({ requests }: OddServer): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}

/** What it took to get a body of `size` bytes. */
export function describeCost(server: OddServer, size: number, runs: number): string {
  const again = `${inMebibytes(bytesAgain(server, size))} again`;
  return [again, describeRequests(server), ...(runs > 1 ? [`${runs} runs`] : [])].join(', ');
}

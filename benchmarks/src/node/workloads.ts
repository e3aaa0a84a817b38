const mebibyte = 2 ** 20;

/**
 * Who answers. `node`: a server of the benchmark; `slow`: the same, 4 MB/s for each connection, 40 ms late; `tls`: the same by
 * https, with a certificate that nobody has signed; `nginx`: a real one, with files.
 */
export type ServerKind = 'node' | 'slow' | 'tls' | 'nginx';

export interface Workload {
  readonly id: string;
  readonly name: string;
  readonly count: number;
  /** bytes of each file */
  readonly size: number;
  readonly server: ServerKind;
  /** Contestants that take part; all if absent. */
  readonly only?: readonly string[];
  /** Whether one round is enough: what it is for hardly differs from one to the next. */
  readonly once?: true;
}

export function planWorkloads(quick: boolean): readonly Workload[] {
  const less = quick ? 16 : 1;
  const gibibyte = (1024 * mebibyte) / less;
  const small = 10 * 1024;
  return [
    { id: 'a', name: '1 × 1 GiB', count: 1, size: gibibyte, server: 'node' },
    { id: 'b', name: '10,000 × 10 KiB', count: 10_000 / less, size: small, server: 'node' },
    { id: 'c', name: '4 × 256 MiB', count: 4, size: gibibyte / 4, server: 'node' },
    {
      id: 'd',
      name: '256 MiB, 4 MB/s per connection',
      count: 1,
      size: gibibyte / 4,
      server: 'slow',
      only: ['curl', 'aria2c -x4', 'aria2c -x16', 'ipull', 'easydl', 'bgfetch, embedded', 'bgfetch get'],
    },
    {
      id: 'e',
      name: '10 GiB, for memory',
      count: 1,
      size: 10 * gibibyte,
      server: 'node',
      only: ['curl', 'aria2c -x4', 'fetch', 'bgfetch, embedded'],
      once: true,
    },
    { id: 'f1', name: '1 × 1 GiB, https', count: 1, size: gibibyte, server: 'tls' },
    { id: 'f2', name: '2,000 × 10 KiB, https', count: 2000 / less, size: small, server: 'tls' },
    { id: 'g1', name: '1 × 1 GiB, nginx', count: 1, size: gibibyte, server: 'nginx' },
    { id: 'g2', name: '10,000 × 10 KiB, nginx', count: 10_000 / less, size: small, server: 'nginx' },
  ];
}

/** Whether the number of files is what costs, and not their bytes. */
export function isOfMany({ count }: Workload): boolean {
  return count > 4;
}

export function urlsOf({ count, size, server }: Workload, origins: Record<ServerKind, string>): string[] {
  const folder = `${origins[server]}${server === 'slow' ? '/slow' : ''}/${size}`;
  return Array.from({ length: count }, (_, i) => `${folder}/${i}.bin`);
}

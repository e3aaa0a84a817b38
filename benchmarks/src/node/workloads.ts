const mebibyte = 2 ** 20;

export interface Workload {
  readonly id: 'a' | 'b' | 'c' | 'd' | 'e';
  readonly name: string;
  readonly count: number;
  /** bytes of each file */
  readonly size: number;
  /** Whether the server gives each connection 4 MB/s, 40 ms late. */
  readonly slow: boolean;
  /** Contestants that take part; all if absent. */
  readonly only?: readonly string[];
}

export function planWorkloads(quick: boolean): readonly Workload[] {
  const less = quick ? 16 : 1;
  return [
    { id: 'a', name: '1 × 1 GiB', count: 1, size: (1024 * mebibyte) / less, slow: false },
    { id: 'b', name: '10,000 × 10 KiB', count: 10_000 / less, size: 10_240, slow: false },
    { id: 'c', name: '4 × 256 MiB', count: 4, size: (256 * mebibyte) / less, slow: false },
    {
      id: 'd',
      name: '256 MiB, 4 MB/s per connection',
      count: 1,
      size: (256 * mebibyte) / less,
      slow: true,
      only: ['curl', 'aria2c -x4', 'aria2c -x16', 'ipull', 'easydl', 'bgfetch, embedded', 'bgfetch get'],
    },
    {
      id: 'e',
      name: '10 GiB, for memory',
      count: 1,
      size: (10_240 * mebibyte) / less,
      slow: false,
      only: ['curl', 'aria2c -x4', 'fetch', 'bgfetch, embedded'],
    },
  ];
}

export function urlsOf({ count, size, slow }: Workload, origin: string): string[] {
  return Array.from({ length: count }, (_, i) => `${origin}${slow ? '/slow' : ''}/${size}/${i}.bin`);
}

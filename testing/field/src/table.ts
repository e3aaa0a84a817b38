/** What the cases of a site came to on a host. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** A line for each site, a column for each host. */
export function renderTable(results: readonly (readonly [string, ReadonlyMap<string, Count>])[]): string {
  const sites = [...new Set(results.flatMap(([, counts]) => [...counts.keys()]))];
  const rows = [
    ['', ...results.map(([host]) => host)],
    ...sites.map((site) => [site, ...results.map(([, counts]) => describe(counts.get(site)))]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function describe(count: Count | undefined): string {
  if (!count) return '';
  const { passed, failed, skipped } = count;
  const parts = [`${passed}/${passed + failed}`];
  if (skipped > 0) parts.push(`${skipped} not run`);
  return `${failed > 0 ? '✗ ' : ''}${parts.join(', ')}`;
}

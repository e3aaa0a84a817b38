import { type CatalogueItem, totalBytes } from '../catalogue.ts';
import type { Downloads } from './downloads.ts';
import { find } from './elements.ts';
import { formatBytes } from './format.ts';

/** How much the origin stores, where the browser tells; else what the catalogue says of what is kept. */
export async function updateStorageMeter(
  items: readonly CatalogueItem[],
  downloads: Downloads,
): Promise<void> {
  const kept = items.filter(({ id }) => downloads.state(id).kind === 'kept');
  const bytes = kept.reduce((sum, item) => sum + totalBytes(item), 0);
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  find('#storage-kept').textContent =
    kept.length === 0
      ? 'Nothing is kept on this device yet.'
      : `${kept.length} of ${items.length} kept, ${formatBytes(bytes)}.`;
  find('#storage-usage').textContent =
    usage === undefined || quota === undefined
      ? 'This browser does not tell how much is stored in all.'
      : `${formatBytes(usage)} stored in all, of ${formatBytes(quota)} allowed.`;
}

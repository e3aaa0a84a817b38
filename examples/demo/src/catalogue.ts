/** One file of an item, and so one request of its background fetch. */
export interface CatalogueFile {
  /** Absolute path, like `/ep-5.mp3`. */
  readonly url: string;
  readonly role: 'audio' | 'artwork' | 'transcript' | 'model';
  readonly type: string;
  readonly bytes: number;
}

export interface CatalogueItem {
  /** Also the id of its background fetch. */
  readonly id: string;
  readonly kind: 'episode' | 'model';
  readonly title: string;
  readonly summary: string;
  /** Of the audio. */
  readonly minutes?: number;
  readonly files: readonly CatalogueFile[];
}

/** What server, page and service worker know of everything there is to download. */
export interface Catalogue {
  readonly items: readonly CatalogueItem[];
}

/** Bytes of all files of an item. */
export function totalBytes(item: CatalogueItem): number {
  return item.files.reduce((sum, file) => sum + file.bytes, 0);
}

export function fileOfRole(item: CatalogueItem, role: CatalogueFile['role']): CatalogueFile | undefined {
  return item.files.find((file) => file.role === role);
}

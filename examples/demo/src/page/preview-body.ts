import { element } from './elements.ts';

const previewLength = 96;

/** Shows the first bytes of a body as soon as they are there, then leaves the rest of the stream alone. */
export async function previewBody(response: Response, container: HTMLElement): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  try {
    if (type.startsWith('image/')) return await previewImage(response, container);
    const bytes = await firstBytes(response, type.startsWith('text/') ? 600 : previewLength);
    const text = type.startsWith('text/') ? new TextDecoder().decode(bytes) : hexadecimal(bytes);
    container.replaceChildren(element('pre', { textContent: `${text}\n…` }));
  } catch (error) {
    container.textContent = `The body can't be read: ${error instanceof Error ? error.message : error}`;
  }
}

async function previewImage(response: Response, container: HTMLElement): Promise<void> {
  const url = URL.createObjectURL(await response.blob());
  const image = element('img', { src: url, alt: 'The image of this response', width: 120, height: 120 });
  image.addEventListener('load', () => URL.revokeObjectURL(url));
  container.replaceChildren(image);
}

async function firstBytes(response: Response, count: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array();
  const bytes = new Uint8Array(count);
  let length = 0;
  while (length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value.subarray(0, count - length), length);
    length += value.length;
  }
  void reader.cancel();
  return bytes.subarray(0, length);
}

/** As in a hex editor: 16 bytes a line, with the characters beside them. */
function hexadecimal(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const row = [...bytes.subarray(offset, offset + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = row
      .map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${offset.toString(16).padStart(4, '0')}  ${digits.padEnd(47)}  ${characters}`);
  }
  return lines.join('\n');
}

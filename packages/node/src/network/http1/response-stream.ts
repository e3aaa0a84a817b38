import { tidySection } from './header-section.ts';
import { HeldBytes } from './held-bytes.ts';
import { MalformedResponseError } from './malformed-response.ts';
import { Tidied } from './tidied.ts';

/** bytes of a response's header section, those of interim responses before it included, and as many of its trailers */
export const mostHeaderBytes = 256 * 1024;
/** bytes of a line that tells the size of a chunk */
const mostSizeLineBytes = 16 * 1024;
/** For each so many bytes that are sent, an interim response may take one more: a server may tell how far an upload is. */
const sentPerInterimByte = 64;
/** Interim responses to one request, and one more for each so many bytes that are sent. */
const mostInterim = 100;
const sentPerInterim = 4096;
/**
 * bytes of a chunk that is joined with those about it, where so many come at once: each costs its readers as much as
 * a long one
 */
const smallChunk = 1024;
const manySmallChunks = 16;

const cr = 0x0d;
const lf = 0x0a;
const lastChunk = Buffer.from('0\r\n\r\n');
const bareReturn = Buffer.from('\r');
const beginning = Buffer.from('HTTP/1.');

type Part =
  /** The part before a response, or its header section. */
  | 'head'
  | 'body'
  | 'chunk-size'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailers'
  /** Everything up to the end of the connection, as it comes. */
  | 'rest'
  /** The end: nothing more is to be read. */
  | 'over';

/**
 * The responses of one HTTP/1 connection, put in order for undici's parser, which refuses what curl and browsers take:
 * docs/discoveries.md#a-strict-parser
 *
 * Here, too, each response ends at one place, told by the rules of RFC 9112, section 6.3, alone; where that is open, it
 * is refused. After a response that others may read in another way nothing more is read, so that what one reader takes
 * for the next response can't become one here. What is clean is handed on as it came, without a copy: a body costs
 * nothing but a look at the sizes of its chunks.
 */
export class ResponseStream {
  /** Methods of the requests that wait for their responses. */
  readonly #methods: string[] = [];
  readonly #bytesWritten: () => number;
  readonly #held = new HeldBytes();
  #part: Part = 'head';
  #begun = false;
  #status: number | null = null;
  #isDoubtful = false;
  /** bytes of the header sections, or trailers, of this response so far */
  #headerBytes = 0;
  /** interim responses before this one */
  #interim = 0;
  /** Bytes that had been sent when its request began. */
  #writtenBefore = 0;
  /** The offset, in the held bytes or in the chunk, at which the line begins that is read. */
  #lineStart = 0;
  /** bytes of the body or of its chunk that are to come */
  #left = 0;

  /** @param bytesWritten how many bytes were sent over the connection */
  constructor(bytesWritten: () => number) {
    this.#bytesWritten = bytesWritten;
  }

  /** Whether a byte of a response has come since the last request was sent. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The status of the response to the request that was sent last, null before its head has come. */
  get status(): number | null {
    return this.#status;
  }

  /** Whether nothing more is to be read of the connection. */
  get isOver(): boolean {
    return this.#part === 'over';
  }

  /** A request is being sent. */
  expect(method: string): void {
    this.#methods.push(method);
    this.#begun = false;
    this.#status = null;
    this.#writtenBefore = this.#bytesWritten();
  }

  /** Notes that what comes from now on is no response. */
  leave(): void {
    this.#part = 'rest';
  }

  /**
   * Takes what was received. Returns what is to be read in its place.
   * @throws MalformedResponseError for what can't be read, or must not be
   */
  take(chunk: Buffer): Buffer {
    const tidied = new Tidied(chunk);
    let at = 0;
    while (at < chunk.length) {
      switch (this.#part) {
        case 'head':
          at = this.#takeHead(chunk, at, tidied);
          break;
        case 'body':
        case 'chunk-data': {
          const taken = Math.min(this.#left, chunk.length - at);
          at += taken;
          this.#left -= taken;
          if (this.#left > 0) break;
          if (this.#part === 'body') this.#finish();
          else this.#part = 'chunk-end';
          break;
        }
        case 'chunk-end':
          at = this.#takeChunkEnd(chunk, at, tidied);
          break;
        case 'chunk-size':
          at = this.#takeSize(chunk, this.#joinSmallChunks(chunk, at, tidied), tidied);
          break;
        case 'trailers':
          at = this.#takeTrailers(chunk, at, tidied);
          break;
        case 'rest':
          at = chunk.length;
          break;
        case 'over':
          tidied.replace(at, chunk.length, null);
          at = chunk.length;
          break;
        default:
          this.#part satisfies never;
      }
    }
    return tidied.finish();
  }

  #takeHead(chunk: Buffer, start: number, tidied: Tidied): number {
    let at = start;
    if (this.#held.length === 0) {
      // an empty line may be left of the response before
      while (at < chunk.length && (chunk[at] === cr || chunk[at] === lf)) at++;
      this.#countHeader(at - start);
      if (at > start) tidied.replace(start, at, null);
      if (at === chunk.length) return at;
      const [method] = this.#methods;
      if (method === undefined) {
        // undici ends a connection over which something comes that answers nothing
        this.#part = 'rest';
        return at;
      }
      this.#begun = true;
      this.#lineStart = at;
      const end = this.#findSectionEnd(chunk, at);
      if (end >= 0) {
        this.#countHeader(end - at);
        this.#takeSection(chunk.subarray(at, end), at, end, tidied);
        return end;
      }
      this.#lineStart = 0;
    }
    const before = this.#held.length;
    this.#held.add(chunk.subarray(at));
    checkBeginning(this.#held.bytes);
    const end = this.#findSectionEnd(this.#held.bytes, before);
    const added = (end < 0 ? this.#held.length : end) - before;
    this.#countHeader(added);
    if (end < 0) {
      tidied.replace(at, chunk.length, null);
      return chunk.length;
    }
    const section = this.#held.bytes.subarray(0, end);
    this.#held.clear();
    this.#takeSection(section, at, at + added, tidied, true);
    return at + added;
  }

  #takeSection(section: Buffer, start: number, end: number, tidied: Tidied, wasHeld = false): void {
    const method = this.#methods[0] as string;
    const { status, text, framing, isDoubtful } = tidySection(section.toString('latin1'), method);
    this.#isDoubtful ||= isDoubtful;
    if (status === 100) tidied.replace(start, end, null);
    else if (text !== null) tidied.replace(start, end, Buffer.from(text, 'latin1'));
    else if (wasHeld) tidied.replace(start, end, section);
    if (status < 200) {
      this.#countInterim();
      return;
    }
    this.#status = status;
    this.#headerBytes = 0;
    this.#interim = 0;
    if (framing === 'close') this.#part = 'rest';
    else if (framing === 'chunked') this.#part = 'chunk-size';
    else if (framing === 0) this.#finish();
    else {
      this.#part = 'body';
      this.#left = framing;
    }
  }

  /** A response has ended. */
  #finish(): void {
    this.#methods.shift();
    this.#headerBytes = 0;
    this.#part = this.#isDoubtful ? 'over' : 'head';
  }

  #takeSize(chunk: Buffer, at: number, tidied: Tidied): number {
    const end = chunk.indexOf(lf, at) + 1;
    const isHeld = this.#held.length > 0;
    if (!isHeld && end > 0) {
      const size = readCleanSize(chunk, at, end);
      if (size > 0) {
        this.#beginChunk(size);
        return end;
      }
    }
    if (this.#held.length + (end || chunk.length) - at > mostSizeLineBytes) {
      throw new MalformedResponseError('has a chunk size that does not end');
    }
    this.#held.add(chunk.subarray(at, end || chunk.length));
    if (end === 0) {
      tidied.replace(at, chunk.length, null);
      return chunk.length;
    }
    const { size, isBare } = readSize(this.#held.bytes.toString('latin1'));
    this.#held.clear();
    this.#isDoubtful ||= isBare;
    // the last one is handed on with the end of the trailers
    tidied.replace(at, end, size === 0 ? null : Buffer.from(`${size.toString(16)}\r\n`));
    if (size > 0) this.#beginChunk(size);
    else this.#part = 'trailers';
    return end;
  }

  /** Makes one chunk of many small ones that follow each other. Returns where the next one begins. */
  #joinSmallChunks(chunk: Buffer, start: number, tidied: Tidied): number {
    if (this.#held.length > 0) return start;
    let count = 0;
    let total = 0;
    const end = eachSmallChunk(chunk, start, (_, size) => {
      count++;
      total += size;
    });
    if (count < manySmallChunks) return start;
    const line = `${total.toString(16)}\r\n`;
    const joined = Buffer.allocUnsafe(line.length + total + 2);
    let at = joined.write(line);
    eachSmallChunk(chunk, start, (from, size) => {
      // for a few bytes, the call of `copy()` costs more than they do
      if (size > 32) chunk.copy(joined, at, from, from + size);
      else for (let i = 0; i < size; i++) joined[at + i] = chunk[from + i] as number;
      at += size;
    });
    joined.write('\r\n', at);
    tidied.replace(start, end, joined);
    return end;
  }

  #beginChunk(size: number): void {
    this.#left = size;
    this.#part = 'chunk-data';
  }

  #takeChunkEnd(chunk: Buffer, start: number, tidied: Tidied): number {
    let at = start;
    const isReturned = this.#left < 0;
    if (!isReturned && chunk[at] === cr) {
      at++;
      if (at === chunk.length) {
        this.#left = -1;
        return at;
      }
    } else if (!isReturned && chunk[at] === lf) {
      this.#isDoubtful = true;
      tidied.replace(at, at, bareReturn);
    }
    if (chunk[at] !== lf) throw new MalformedResponseError('has a chunk that is not as long as it says');
    this.#left = 0;
    this.#part = 'chunk-size';
    return at + 1;
  }

  /** Leaves trailers out, as nobody needs them. Their end is that of the response. */
  #takeTrailers(chunk: Buffer, start: number, tidied: Tidied): number {
    for (let at = start; ; ) {
      const end = chunk.indexOf(lf, at) + 1;
      const next = end || chunk.length;
      this.#countHeader(next - at);
      if (end === 0) {
        this.#held.add(chunk.subarray(at));
        tidied.replace(start, chunk.length, null);
        return chunk.length;
      }
      const line = this.#held.length + end - at;
      const last = end - 2 >= at ? chunk[end - 2] : this.#held.bytes.at(-1);
      this.#held.clear();
      this.#isDoubtful ||= last !== cr;
      if (line === 1 || (line === 2 && last === cr)) {
        tidied.replace(start, end, lastChunk);
        this.#finish();
        return end;
      }
      if (end === chunk.length) {
        tidied.replace(start, end, null);
        return end;
      }
      at = end;
    }
  }

  /**
   * The offset at which the section ends that is read, -1 if more of it is to come; bytes before `from` have been
   * looked at.
   */
  #findSectionEnd(bytes: Buffer, from: number): number {
    for (let at = bytes.indexOf(lf, from); at >= 0; at = bytes.indexOf(lf, at + 1)) {
      const length = at - this.#lineStart;
      if (length === 0 || (length === 1 && bytes[at - 1] === cr)) return at + 1;
      this.#lineStart = at + 1;
    }
    return -1;
  }

  #countHeader(bytes: number): void {
    this.#headerBytes += bytes;
    if (this.#headerBytes > mostHeaderBytes + this.#sent / sentPerInterimByte) {
      throw new MalformedResponseError(`has more than ${mostHeaderBytes} bytes of fields`);
    }
  }

  #countInterim(): void {
    if (++this.#interim > mostInterim + this.#sent / sentPerInterim) {
      throw new MalformedResponseError(`has more than ${mostInterim} interim responses before it`);
    }
  }

  /** bytes of the request that was sent last */
  get #sent(): number {
    return this.#bytesWritten() - this.#writtenBefore;
  }
}

/** @throws MalformedResponseError for what will be no status line, whatever comes */
function checkBeginning(bytes: Buffer): void {
  const length = Math.min(bytes.length, beginning.length);
  if (bytes.compare(beginning, 0, length, 0, length) === 0) return;
  throw new MalformedResponseError('begins with no status line of HTTP/1.0 or HTTP/1.1');
}

/**
 * Goes through the small chunks that follow each other from `start` on, are as they should be, and are not the last of
 * what was received. Returns where the last of them ends.
 * @param visit told where the data of each begins, and how many bytes they are
 */
function eachSmallChunk(bytes: Buffer, start: number, visit: (from: number, size: number) => void): number {
  for (let at = start; ; ) {
    let size = 0;
    let from = at;
    for (let digit = 0; from < at + 4 && from < bytes.length; from++) {
      digit = digitOf(bytes[from] as number);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    const isLine = from > at && bytes[from] === cr && bytes[from + 1] === lf;
    from += 2;
    const end = from + size + 2;
    if (!isLine || size === 0 || size > smallChunk || end >= bytes.length) return at;
    if (bytes[end - 2] !== cr || bytes[end - 1] !== lf) return at;
    visit(from, size);
    at = end;
  }
}

/** The size in a line of digits alone, which ends before `end`; 0 for any other line, and for that of the last chunk. */
function readCleanSize(bytes: Buffer, start: number, end: number): number {
  if (bytes[end - 2] !== cr || end - start > 15) return 0;
  let size = 0;
  for (let at = start; at < end - 2; at++) {
    const digit = digitOf(bytes[at] as number);
    if (digit < 0) return 0;
    size = size * 16 + digit;
  }
  return size;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-7.1, with the blanks after the size that old servers pad it with */
function readSize(line: string): { readonly size: number; readonly isBare: boolean } {
  const [, digits, end] = /^([\da-f]+)[ \t]*(?:;[^\r\n]*)?(\r?)\n$/i.exec(line) ?? [];
  const size = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
  if (!Number.isSafeInteger(size)) throw new MalformedResponseError('has a chunk size that is none');
  return { size, isBare: end === '' };
}

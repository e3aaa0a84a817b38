const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const dispositionType = new RegExp(`[ \\t]*${token}[ \\t]*(?:;|$)`, 'y');
/**
 * A parameter with what follows it up to the next semicolon. Many servers quote nothing, whatever a name is made of,
 * so that a value without quotation marks ends nowhere before.
 */
const parameter = new RegExp(
  `[ \\t]*(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\[^])*)"[^;]*|(?!")([^;]*))(?:;|$)`,
  'y',
);
const anyPart = /[^;]*(?:;|$)/y;

/**
 * The file name in a `Content-Disposition` field, null where there is none. `filename*` wins over `filename`
 * (RFC 6266, 4.3). Beyond the RFC, a value is read as wget reads it: without quotation marks, percent-encoded, in parts,
 * without a type before it. What it returns is as the server wrote it: not safe as a file name.
 */
export function fileNameOfDisposition(value: string | null): string | null {
  let plain: string | null = null;
  const parts = new Map<string, string>();
  for (const { name, text } of parametersOf(value ?? '')) {
    if (name === 'filename*') {
      const extended = decodeExtendedValue(text);
      if (extended) return extended;
    } else if (name === 'filename') plain ||= decodePlainValue(text);
    else if (name.startsWith('filename*') && !parts.has(name)) parts.set(name, text);
  }
  return joinParts(parts) || plain || null;
}

/**
 * A name in parts (RFC 2231, 3 and 4.1): `filename*0`, `filename*1`; a star behind the number marks one that is
 * percent-encoded, and the first of these names the charset. What follows a number that is missing does not count. HTTP
 * does not have them, but servers whose authors know mail send them, and wget and Firefox join them.
 */
function joinParts(parts: ReadonlyMap<string, string>): string | null {
  const first = parts.get('filename*0*');
  let joined = '';
  for (let n = 0; ; n++) {
    const encoded = first === undefined ? undefined : parts.get(`filename*${n}*`);
    const part = encoded ?? parts.get(`filename*${n}`);
    if (part === undefined) break;
    // what is not encoded stays as it is within what is
    joined += first === undefined || encoded !== undefined ? part : encodePercent(part);
  }
  return first === undefined ? decodePlainValue(joined) : decodeExtendedValue(joined);
}

function* parametersOf(field: string): Generator<{ name: string; text: string }> {
  let position = 0;
  const read = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(field);
    if (match) position = pattern.lastIndex;
    return match;
  };
  const typed = read(dispositionType) !== null;
  for (let first = !typed; position < field.length; first = false) {
    const match = read(parameter);
    // what begins with neither a type nor a parameter is no such field
    if (!match && first) return;
    if (match?.[1] === undefined) read(anyPart);
    else yield { name: match[1].toLowerCase(), text: unquote(match[2]) ?? match[3]?.trimEnd() ?? '' };
  }
}

function unquote(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(.)/gs, '$1');
}

/** `UTF-8''%e2%82%ac` (RFC 8187, 3.2); null for what is no such value. */
function decodeExtendedValue(value: string): string | null {
  const match = /^(utf-8|iso-8859-1)'[^']*'((?:[^%]|%[0-9a-f]{2})*)$/i.exec(value);
  if (!match) return null;
  const bytes = decodePercent(match[2] ?? '');
  return match[1]?.toLowerCase() === 'utf-8' ? decodeUtf8(bytes) : bytes;
}

/**
 * Servers that write UTF-8 bytes into `filename` are many, and so are those that percent-encode them; a field arrives
 * with one character for each byte.
 */
function decodePlainValue(text: string): string {
  if (/[\u0100-\uffff]/.test(text)) return text;
  return decodeUtf8(decodePercent(text)) ?? decodeUtf8(text) ?? text;
}

/** One character for each byte. A percent sign that encodes nothing stays. */
function decodePercent(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** What `decodePercent` makes the same text of. */
function encodePercent(text: string): string {
  return text.replace(/%/g, '%25');
}

function decodeUtf8(binary: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(binary, 'latin1'));
  } catch {
    return null;
  }
}

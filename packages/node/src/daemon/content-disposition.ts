const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(
  `;[ \\t]*(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\[^])*)"|(${token}))[ \\t]*`,
  'y',
);

/**
 * The file name in a `Content-Disposition` field, null where there is none. `filename*` wins over `filename`
 * (RFC 6266, 4.3). What it returns is as the server wrote it: not safe as a file name.
 */
export function fileNameOfDisposition(value: string | null): string | null {
  const type = value === null ? null : new RegExp(`^[ \\t]*${token}[ \\t]*`).exec(value);
  if (value === null || !type) return null;
  let plain: string | null = null;
  parameter.lastIndex = type[0].length;
  for (let match = parameter.exec(value); match; match = parameter.exec(value)) {
    const name = match[1]?.toLowerCase();
    const text = match[2] === undefined ? (match[3] ?? '') : match[2].replace(/\\(.)/gs, '$1');
    if (name === 'filename*') {
      const extended = decodeExtendedValue(text);
      if (extended) return extended;
    } else if (name === 'filename') plain ??= decodeRawBytes(text);
  }
  return plain === '' ? null : plain;
}

/** `UTF-8''%e2%82%ac` (RFC 8187, 3.2); null for what is no such value. */
function decodeExtendedValue(value: string): string | null {
  const match = /^(utf-8|iso-8859-1)'[^']*'((?:[^%]|%[0-9a-f]{2})*)$/i.exec(value);
  if (!match) return null;
  const bytes = (match[2] ?? '').replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return match[1]?.toLowerCase() === 'utf-8' ? decodeUtf8(bytes) : bytes;
}

/** Servers that write UTF-8 bytes into `filename` are many; a field arrives with one character for each byte. */
function decodeRawBytes(text: string): string {
  return /[\u0100-\uffff]/.test(text) ? text : (decodeUtf8(text) ?? text);
}

function decodeUtf8(binary: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(binary, 'latin1'));
  } catch {
    return null;
  }
}

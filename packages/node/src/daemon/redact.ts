/** Names of query parameters, and of header fields, whose values open something. */
const secretName =
  /^(x-amz-(credential|signature|security-token)|x-goog-(credential|signature)|awsaccesskeyid|googleaccessid|key-pair-id|sig|se|auth|authorization|proxy-authorization|cookie|set-cookie|code|jwt|hmac|policy|pass|pwd|key|session(id)?|sid)$|token|secret|signature|passw|credential|api[-_]?key|access[-_]?key/i;

const hidden = '***';

/** A URL that can be shown: without user name and password, and without the values of what signs it. */
export function redactUrl(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(url);
  if (!match) return hidden;
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = at === -1 || scheme === '' ? authority : `${hidden}@${authority.slice(at + 1)}`;
  return scheme + host + path + redactParameters(query) + redactParameters(fragment);
}

/** `?a=1&token=2`, or a fragment of that form */
function redactParameters(text: string): string {
  return text.replace(/([?#&;])([^=&;]*)=([^&;]*)/g, (whole, separator: string, name: string) =>
    secretName.test(decodeName(name)) ? `${separator}${name}=${hidden}` : whole,
  );
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Any text, with the URLs in it redacted: for messages of errors and logs. */
export function redactText(text: string): string {
  return text.replace(/\bhttps?:\/\/[^\s"'<>]+/gi, redactUrl);
}

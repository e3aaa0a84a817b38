/** Names of query parameters, and of header fields, whose values open something. */
const secretName =
  /^(x-amz-(credential|signature|security-token)|x-goog-(credential|signature)|awsaccesskeyid|googleaccessid|key-pair-id|sig|se|auth|authorization|proxy-authorization|cookie|set-cookie|code|jwt|hmac|policy|pass|pwd|key|session(id)?|sid)$|token|secret|signature|passw|credential|api[-_]?key|access[-_]?key/i;

const hidden = '***';

/** What comes before the authority, which is one after fewer slashes, too, and after others than those; and the rest. */
const urlParts = /^([a-z][a-z0-9+.-]*:[/\\]*|[/\\]{2,})?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;

/** A URL that can be shown: without user name and password, and without the values of what signs it. */
export function redactUrl(url: string): string {
  const match = urlParts.exec(url);
  if (!match) return hidden;
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = at === -1 || scheme === '' ? authority : `${hidden}@${authority.slice(at + 1)}`;
  return scheme + host + path + redactParameters(query) + redactParameters(fragment);
}

/** `?a=1&token=2`, or a fragment of that form; what is between two separators is looked at once, however many they are */
function redactParameters(text: string): string {
  return text
    .split(/([&;])/)
    .map((part) => redactParameter(part))
    .join('');
}

function redactParameter(part: string): string {
  const equals = part.indexOf('=');
  if (equals === -1) return part;
  const before = part.slice(0, equals);
  const name = before.slice(Math.max(before.lastIndexOf('?'), before.lastIndexOf('#')) + 1);
  const isSecret = secretName.test(decodeName(name)) || holdsSecret(decodeName(part.slice(equals + 1)));
  return isSecret ? `${before}=${hidden}` : part;
}

/** A value may be a URL itself, with a signature or a password of its own. */
function holdsSecret(value: string): boolean {
  if (/:\/\/[^/?#]*@/.test(value)) return true;
  return value
    .split(/[?#&;]/)
    .some((part) => part.includes('=') && secretName.test(part.slice(0, part.indexOf('='))));
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
  return text.replace(/(?:\b[a-z][a-z0-9+.-]{0,30}:)?\/\/[^\s"'<>]+/gi, redactUrl);
}

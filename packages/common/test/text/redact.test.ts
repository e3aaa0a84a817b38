import { describe, expect, it } from 'vitest';
import { redactText, redactUrl } from '../../src/text/redact.ts';

describe('a redacted URL', () => {
  it.each([
    ['https://a.example/film.mp4?part=2&lang=en', 'https://a.example/film.mp4?part=2&lang=en'],
    ['https://me:secret@a.example/x', 'https://***@a.example/x'],
    ['https://a@b:secret@a.example/x', 'https://***@a.example/x'],
    [
      'https://b.s3.example/k?X-Amz-Algorithm=A&X-Amz-Credential=AK%2F1&X-Amz-Signature=abc',
      'https://b.s3.example/k?X-Amz-Algorithm=A&X-Amz-Credential=***&X-Amz-Signature=***',
    ],
    [
      'https://a.example/?Signature=abc&Key-Pair-Id=K&Expires=1',
      'https://a.example/?Signature=***&Key-Pair-Id=***&Expires=1',
    ],
    ['https://a.example/b?sv=1&sig=abc%3D', 'https://a.example/b?sv=1&sig=***'],
    [
      'https://a.example/?access_token=a&%74oken=b;api_key=c',
      'https://a.example/?access_token=***&%74oken=***;api_key=***',
    ],
    ['https://a.example/#access_token=abc', 'https://a.example/#access_token=***'],
    ['https://a.example/#/films?token=abc', 'https://a.example/#/films?token=***'],
    ['https://a.example/?to=https%3A%2F%2Fb.example%2F%3Fsig%3Dabc&n=1', 'https://a.example/?to=***&n=1'],
    ['https://a.example/?to=https://me:secret@b.example/', 'https://a.example/?to=***'],
    ['/films?token=abc&n=1', '/films?token=***&n=1'],
    ['//me:secret@b.example/x', '//***@b.example/x'],
    ['ftp://me:secret@b.example/x?sig=1', 'ftp://***@b.example/x?sig=***'],
    ['myapp://back?code=abc', 'myapp://back?code=***'],
    ['https:/me:secret@b.example/x', 'https:/***@b.example/x'],
    ['https:\\\\me:secret@b.example/x', 'https:\\\\***@b.example/x'],
    ['https:me:secret@b.example/x', 'https:***@b.example/x'],
    ['me@b.example/x', 'me@b.example/x'],
    ['not a url?token=x', 'not a url?token=***'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  it('is redacted within a message, too', () => {
    expect(redactText('GET "https://u:p@a.example/?sig=1": failed')).toBe(
      'GET "https://***@a.example/?sig=***": failed',
    );
    expect(redactText('to ftp://u:p@a.example/x, //u:p@b.example/ and app+x://cb?code=1 from /a//b')).toBe(
      'to ftp://***@a.example/x, //***@b.example/ and app+x://cb?code=*** from /a//b',
    );
  });
});

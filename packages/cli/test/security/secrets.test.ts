import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nextBody, useEngines } from '../../../node/test/engine/given.ts';
import { useFaultServer } from '../../../node/test/network/given.ts';
import { rawResponse, useRawServers } from '../../../node/test/network/raw-server.ts';
import { CommandLine } from '../command/command-line.ts';

/** One for each place in which secrets are given. */
const secrets = /s3cret-\w+/;

const server = useFaultServer();
const serveRaw = useRawServers();
const engines = useEngines();
let cli: CommandLine;

beforeAll(async () => {
  cli = await CommandLine.make();
});
afterAll(() => cli.remove());

/** What the daemon writes down, apart from the engine's store. */
async function written(): Promise<string> {
  const directory = join(cli.store, 'daemon');
  const notes = (await readdir(join(directory, 'fetches'))).map((name) => join('fetches', name));
  const texts = await Promise.all(['log', ...notes].map((name) => readFile(join(directory, name), 'utf8')));
  return texts.join('\n');
}

function withSecrets(origin: string, path: string): string {
  const url = new URL(path, origin);
  url.username = 'me';
  url.password = 's3cret-password%';
  url.searchParams.set('X-Amz-Signature', 's3cret-signature');
  url.searchParams.set('next', 'https://b.example/?token=s3cret-nested');
  return url.href;
}

const headers = ['--header', 'Authorization: Bearer s3cret-token', '--header', 'Cookie: sid=s3cret-cookie'];

it('are sent, and neither printed nor written down, whether it goes well or not', async () => {
  const elsewhere = await serveRaw(
    rawResponse([
      'HTTP/1.1 302 Found',
      'Location: http://127.0.0.1:9/?sig=s3cret-location',
      'Content-Length: 0',
    ]),
  );
  const good = withSecrets(server().origin, '/echo/secrets');
  const bad = withSecrets(elsewhere, '/redirected');
  const printed = [
    ...(await Promise.all([
      cli.run('fetch', '--wait', '--id', 'good', ...headers, good),
      cli.run('fetch', '--wait', '--json', '--id', 'bad', '--retry', '0', ...headers, bad),
    ])),
    ...(await Promise.all([
      cli.run('save', 'good', '--output', 'echo'),
      cli.run('show', 'bad'),
      cli.run('show', '--json', 'bad'),
      cli.run('watch', '--json', 'bad'),
      cli.run('save', 'bad'),
      cli.run('fetch', '--id', 'bad', ...headers, good),
    ])),
  ];
  expect(printed.map(({ code }) => code)).toEqual([0, 1, 0, 0, 0, 1, 2, 2]);
  for (const { stdout, stderr } of printed) expect(stdout + stderr).not.toMatch(secrets);
  expect(printed[3]?.stdout).toContain('X-Amz-Signature=***');
  const log = await written();
  expect(log).toContain('"bad\\": an attempt to fetch http');
  expect(log).not.toMatch(secrets);
  const sent = JSON.parse(await readFile(join(cli.directory, 'echo'), 'utf8'));
  expect(sent.url).toContain('s3cret-signature');
  expect(sent.headers).toMatchObject({ cookie: 'sid=s3cret-cookie' });
  // the user's own field stands beside the one that is made of the URL
  expect(sent.headers.authorization).toContain('s3cret-token');
});

it('of redirects are not written down, wherever these lead', async () => {
  const locations = [
    '/loop?token=s3cret-relative',
    'ftp://me:s3cret-ftp@127.0.0.1/x?token=s3cret-query',
    'myapp://back?code=s3cret-code',
    '//me:s3cret-host@127.0.0.1:9/',
    'https:/me:s3cret-slash@b.example:99999/',
    'http://127.0.0.1:22/?sig=s3cret-port',
  ];
  const origin = await serveRaw((socket, head) => {
    const number = Number(/^GET \/(\d)/.exec(head)?.[1] ?? 0);
    const location = `Location: ${locations[number]}`;
    socket.end(rawResponse(['HTTP/1.1 302 Found', location, 'Content-Length: 0', 'Connection: close']));
  });
  const urls = locations.map((_, index) => `${origin}/${index}`);
  const { code, stdout, stderr } = await cli.run('fetch', '--wait', '--id', 'led', '--retry', '0', ...urls);
  expect([code, stdout + stderr]).toEqual([1, expect.not.stringMatching(secrets)]);
  const log = await written();
  expect(log).toContain('/loop?token=***');
  expect(log.match(/"led\\".* redirects to .* is not followed/g)).toHaveLength(locations.length);
  expect(log).not.toMatch(secrets);
});

it('are not in what an engine logs', async () => {
  const origin = await serveRaw(rawResponse(['HTTP/1.1 200 OK', 'Connection: close'], 'no end is told'));
  const logged: string[] = [];
  const directory = await engines.directory();
  const engine = await engines.open({ directory, log: (message) => logged.push(message) });
  const ended = nextBody(engine);
  await engine.backgroundFetch.fetch('unverified', `${origin}/x?sig=s3cret-signature`);
  await ended;
  expect(logged).toEqual([expect.stringMatching(/\/x\?sig=\*\*\*:? its 14 bytes are accepted unverified/)]);
});

it('are not repeated in what is said of wrong usage', async () => {
  await writeFile(join(cli.directory, 'list'), 'https://a.example/\n  header=Authorization s3cret-listed\n');
  const wrong = await Promise.all([
    cli.run('get', '--header', 'Authorization s3cret-header', 'https://a.example/'),
    cli.run('get', 'htps://me:s3cret-password@a.example/?token=s3cret-query'),
    cli.run('get', '--input', 'list'),
  ]);
  for (const { code, stdout, stderr } of wrong) {
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/header|URL/);
    expect(stderr).not.toMatch(secrets);
  }
});

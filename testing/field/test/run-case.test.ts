import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Files, fileSets } from '../src/files.ts';
import type { Host } from '../src/hosts/host.ts';
import { openNode } from '../src/hosts/node-host.ts';
import { type CaseSite, runCase } from '../src/run-case.ts';
import { findFreePort } from '../src/servers/free-port.ts';
import { Wire } from '../src/wire.ts';

/** Bytes that the server leaves out at the end, and says nothing of. */
let missing = 0;
let directory: string;
let server: Server;
let site: CaseSite;
let host: Host;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'background-fetch-field-test-'));
  const files = new Files(directory);
  await files.create();
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const bytes = await readFile(join(directory, pathname.replace('/files/', '')));
    const sent = bytes.subarray(0, bytes.length - missing);
    response.writeHead(200, { 'Content-Length': sent.length, ETag: `"${sent.length}"` }).end(sent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire = await Wire.listen(await findFreePort(), (server.address() as AddressInfo).port);
  const origin = `http://127.0.0.1:${wire.port}`;
  const served = { origin, page: '', coded: false, certificate: '', steeredFrom: '' };
  const program = { kill: async () => {}, start: async () => {} };
  site = { wire, files, served, program, logs: async () => 'the end of its log' };
  host = await openNode(served);
});

afterAll(async () => {
  await host.close();
  site.wire.goAway();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a case', () => {
  it('passes with a server that serves whole files', async () => {
    missing = 0;
    const { found, faults } = await runCase(host, site, 'left alone');
    expect(faults).toEqual([]);
    for (const set of fileSets) expect(found).toContain(`${set}: ${set === 'small' ? '40 × ' : ''}version 1`);
  });

  it('fails with a server that leaves the end out and gives a length to match, and shows its log', async () => {
    missing = 100;
    const { faults } = await runCase(host, site, 'left alone');
    for (const set of fileSets) expect(faults.join('\n')).toMatch(new RegExp(`${set}: .* of no file`));
    expect(faults).toContain('the end of its log');
  });

  it('opens a limited host anew before each set of files that is disturbed, and for no other', async () => {
    missing = 0;
    let renewals = 0;
    const limited: Host = {
      renew: async () => void renewals++,
      download: (id, urls) => host.download(`${id}, ${renewals}`, urls),
      said: () => host.said(),
      close: async () => {},
    };
    await runCase(limited, site, 'left alone');
    expect(renewals).toBe(0);
    const { faults } = await runCase(limited, site, 'replaced');
    expect(faults).toEqual([]);
    expect(renewals).toBe(fileSets.length);
  });

  it('fails where the files end before anything could happen to them', async () => {
    missing = 0;
    const { files } = site;
    const undisturbed: CaseSite = {
      ...site,
      files: {
        namesOf: (set) => files.namesOf(set),
        contentsOf: (name) => files.contentsOf(name),
        mark: (set) => files.mark(set),
        replace: (set) => files.replace(set),
        leastOf: () => 2 ** 40,
      },
    };
    const { faults } = await runCase(host, undisturbed, 'cut');
    expect(faults.join('\n')).toMatch(/byte \d+ was never sent, so that it was not cut/);
  });
});

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Body, Ending } from '../judge.ts';
import { start } from './bgfetch.ts';
import { type Host, type Served, within } from './host.ts';

/** The command `bgfetch get`: a process, a store, a daemon and an output directory for each download. */
export async function openCommand({ certificate, coded }: Served): Promise<Host> {
  const directory = await mkdtemp(join(tmpdir(), 'background-fetch-field-cli-'));
  const said: string[] = [];
  // what the environment says of proxies is not about these servers
  const settings = ['--json', '--proxy', '', ...(coded ? ['--compressed'] : [])];
  if (certificate) {
    const file = join(directory, 'certificate.pem');
    await writeFile(file, certificate);
    settings.push('--cacert', file);
  }
  let downloads = 0;
  return {
    async download(_, urls) {
      const place = join(directory, `${++downloads}`);
      const [store, output] = [join(place, 'store'), join(place, 'output')];
      await mkdir(output, { recursive: true });
      const { child, finished } = start('get', ...settings, '--store', store, '--output', output, ...urls);
      try {
        const explain = async (): Promise<string> => (await start('list', '--store', store).finished).stdout;
        const { code, stdout, stderr } = await within(finished, explain);
        const events = parse(stdout);
        said.push(...causesOf(events), stderr);
        return await read(code, events, output, urls);
      } finally {
        child.kill('SIGKILL');
        said.push(await readFile(join(store, 'daemon/log'), 'utf8').catch(String));
        await start('daemon', 'stop', '--store', store).finished;
        await rm(place, { recursive: true, force: true });
      }
    },
    said: () => said.splice(0).flatMap((text) => text.split('\n').filter((line) => line !== '')),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

/** What people go by: the exit code, and the files that are there. */
async function read(
  code: number | null,
  events: readonly Event[],
  output: string,
  urls: readonly string[],
): Promise<Ending> {
  const end = events.find(({ event }) => event === 'end');
  if (!end || (code === 0) !== (end.state === 'success')) {
    throw new Error(`exit code ${code} of a fetch that is at ${end?.state ?? 'no end'}`);
  }
  const names = urls.map((url) => basename(new URL(url).pathname));
  const others = (await readdir(output)).filter((name) => !names.includes(name));
  if (others.length > 0) throw new Error(`it left ${others.join(' and ')} beside its files`);
  const bodies = urls.map(async (url, index): Promise<Body> => {
    const file = events.filter((one) => one.event === 'file' && one.index === index).at(-1);
    try {
      const bytes = await readFile(join(output, names[index] as string));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { url, status: file?.status ?? 0, size: bytes.length, sha256 };
    } catch (error) {
      return { url, error: String(error) };
    }
  });
  return {
    result: end.state ?? '',
    failureReason: end.reason ?? '',
    downloaded: end.downloaded ?? 0,
    bodies: await Promise.all(bodies),
  };
}

/** A line that the command prints, with what is read of it here. */
interface Event {
  readonly event: string;
  readonly index?: number;
  readonly url?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly cause?: string | null;
  readonly status?: number | null;
  readonly downloaded?: number;
}

function parse(lines: string): readonly Event[] {
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Event]));
}

/** Why attempts failed, each once. */
function causesOf(events: readonly Event[]): Iterable<string> {
  const causes = events.flatMap(({ url, cause, reason }) => {
    const why = cause || reason;
    return url && why ? [`${url}: ${why}`] : [];
  });
  return new Set(causes);
}

import { browserNames, findBrowsers } from '@background-fetch/testing-browsers';
import { createCommand } from '@background-fetch/testing-command-line';
import { Option } from 'commander';
import { disturbanceNames } from './disturbances.ts';
import { findCommand } from './hosts/bgfetch.ts';
import { openBrowser } from './hosts/browser-host.ts';
import { openCommand } from './hosts/cli-host.ts';
import { Home } from './hosts/home.ts';
import type { Host, HostName, Served } from './hosts/host.ts';
import { type KnownLimit, knownLimitOf } from './hosts/known-limits.ts';
import { openNode } from './hosts/node-host.ts';
import { openRenewed } from './hosts/renewed-host.ts';
import { runCase } from './run-case.ts';
import { type RunningSite, type Servers, startSite } from './running-site.ts';
import { findServers, type ServerName, serverNames } from './servers/find-servers.ts';
import { sites } from './sites/index.ts';
import type { Place, Site } from './sites/site.ts';
import { type Count, renderTable } from './table.ts';

const hostNames: readonly HostName[] = ['node', 'cli', ...browserNames];

interface Options {
  readonly engine: readonly HostName[];
  readonly server: readonly ServerName[];
  readonly grep: string;
  readonly list?: boolean;
}

const options = createCommand(
  'npm run field --',
  'Downloads from nginx, Apache and lighttpd, as people configure them, while they are left alone, restarted, cut off, ' +
    'or get new versions of the files. Fails where what comes is not one version, whole.',
)
  .addOption(new Option('--engine <name...>', 'only in these').choices(hostNames).default(hostNames, 'all'))
  .addOption(new Option('--cli', 'short for --engine cli: the command bgfetch').implies({ engine: ['cli'] }))
  .addOption(
    new Option('--server <name...>', 'only sites of these').choices(serverNames).default(serverNames, 'all'),
  )
  .addOption(
    new Option('--grep <text>', 'only cases whose title contains it: site, then what happens').default(
      '',
      'all',
    ),
  )
  .option('--list', 'name the sites and what they do, and run none')
  .parse()
  .opts<Options>();
if (options.list) for (const { name, does } of sites) console.log(`${name}: ${does}`);
else {
  process.exitCode = await main(options).catch((error) => {
    console.error(error);
    return 1;
  });
  // Sockets and browsers' pipes that are still open must not keep a finished run from ending.
  process.exit();
}

async function main({ engine: wanted, server, grep }: Options): Promise<number> {
  const begun = performance.now();
  const [engines, cli, servers] = await Promise.all([findBrowsers(), findCommand(), findServers()]);
  const programs = { ...engines, cli, node: { present: true, version: process.version } as const };
  const missing: string[] = [];
  for (const name of server) {
    const found = servers[name];
    console.log(found.present ? `${name} ${found.version}` : found.hint);
    if (!found.present) missing.push(name);
  }
  const hosts = wanted.filter((host) => {
    const found = programs[host];
    console.log(found.present ? `${host} ${found.version}` : found.hint);
    if (!found.present) missing.push(host);
    return found.present;
  });
  const home = await Home.open();
  const results = await Promise.all(
    hosts.map(async (host) => [host, await runHost(host, { servers, server, grep, home })] as const),
  ).finally(() => home.close());
  console.log(`\n${renderTable(results)}`);
  const sum = (of: keyof Count): number =>
    results.flatMap(([, counts]) => [...counts.values()]).reduce((all, { [of]: one }) => all + one, 0);
  console.log(`\nin ${Math.round((performance.now() - begun) / 1000)} s`);
  console.log(`not run, because absent: ${missing.join(', ') || 'none'}`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}

interface Run {
  readonly servers: Servers;
  readonly server: readonly ServerName[];
  readonly grep: string;
  readonly home: Home;
}

/** Every site, one after the other; what each came to, by its name. */
async function runHost(host: HostName, { servers, server, grep, home }: Run): Promise<Map<string, Count>> {
  const counts = new Map<string, Count>();
  for (const site of sites) {
    const needed = serversOf(site);
    if (!needed.every((name) => server.includes(name))) continue;
    const cases = disturbanceNames.filter((name) => `${site.name}, ${name}`.includes(grep));
    if (cases.length === 0) continue;
    const absent = needed.filter((name) => !servers[name].present);
    const count = { passed: 0, failed: 0, skipped: 0 };
    counts.set(site.name, count);
    if (absent.length > 0) {
      count.skipped = cases.length;
      console.log(`- ${host}: ${site.name}: not run, ${absent.join(' and ')} is absent`);
      continue;
    }
    await runSite(host, site, cases, count, { servers, home });
  }
  return counts;
}

async function runSite(
  hostName: HostName,
  site: Site,
  cases: readonly (typeof disturbanceNames)[number][],
  count: Count,
  { servers, home }: Pick<Run, 'servers' | 'home'>,
): Promise<void> {
  let running: RunningSite | undefined;
  let host: Host | undefined;
  const limit = knownLimitOf(hostName, site);
  if (limit) console.log(`! ${hostName}: ${site.name}: known: ${limit.does}`);
  try {
    running = await startSite(site, servers, home);
    host = await openHost(hostName, home, running.served, limit);
    for (const name of cases) {
      const title = `${hostName}: ${site.name}, ${name}`;
      const begun = performance.now();
      const { found, faults } = await runCase(host, running, name, site);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      count[faults.length === 0 ? 'passed' : 'failed']++;
      console.log(`${faults.length === 0 ? '✓' : '✗'} ${title} (${seconds} s) ${found}`);
      for (const fault of faults) console.log(fault.replace(/^/gm, '    '));
    }
    const isBrowser = hostName !== 'node' && hostName !== 'cli';
    const shows = [...(site.shows ?? []), ...(isBrowser ? (site.showsOfBrowsers ?? []) : [])];
    // a part of the cases shows a part of it
    const lacking = cases.length < disturbanceNames.length ? [] : await running.lacks(shows);
    if (lacking.length > 0) {
      const never = `never showed ${lacking.join(' and ')}`;
      if (limit?.showsByChance) console.log(`! ${hostName}: ${site.name}: known: ${never}`);
      else {
        count.failed++;
        console.log(`✗ ${hostName}: ${site.name} ${never}`);
      }
    }
  } catch (error) {
    count.failed++;
    console.log(`✗ ${hostName}: ${site.name} can't be run: ${error instanceof Error ? error.stack : error}`);
  } finally {
    await host?.close();
    await running?.close();
  }
}

function openHost(name: HostName, home: Home, served: Served, limit: KnownLimit | null): Promise<Host> {
  if (name === 'node') return openNode(served);
  if (name === 'cli') return openCommand(served);
  const open = (): Promise<Host> => openBrowser(name, home.control, served, limit?.patience);
  return limit?.patience ? openRenewed(open) : open();
}

/** What a site's programs are, wherever they are. */
function serversOf(site: Site): readonly ServerName[] {
  const nowhere: Place = {
    directory: '',
    root: '',
    port: 0,
    upstreamPort: 0,
    certificate: { key: '', cert: '' },
  };
  return site.programs(nowhere).map(({ server }) => server);
}

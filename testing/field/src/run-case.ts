import { type DisturbanceName, disturbances } from './disturbances.ts';
import { type FileSet, fileSets } from './files.ts';
import type { Host } from './hosts/host.ts';
import { type Contents, judge, type Verdict } from './judge.ts';
import type { RunningSite } from './running-site.ts';
import type { Site } from './sites/site.ts';

/** Lines of one kind, from the beginning and from the end. */
const mostShown = 4;

export interface CaseResult {
  /** What each set of files came to. */
  readonly found: string;
  /** Why it failed; empty if it passed. */
  readonly faults: readonly string[];
}

/** What a case needs of a site. */
export type CaseSite = Omit<RunningSite, 'close' | 'lacks'>;

/** Downloads everything from a site while it is disturbed. */
export async function runCase(
  host: Host,
  site: CaseSite,
  name: DisturbanceName,
  { stale = false, lost = {} }: Pick<Site, 'stale' | 'lost'> = {},
): Promise<CaseResult> {
  host.said();
  const found: string[] = [];
  const faults: string[] = [];
  const failed = new Set<string>();
  const one = async (set: FileSet): Promise<void> => {
    try {
      const verdict = await download(host, site, name, set, stale);
      // what has ended without a success has given the app nothing that is wrong
      const isLost = verdict.failed && lost[name] !== undefined;
      found.push(`${set}: ${isLost ? 'lost by the server' : summarise(verdict.found)}`);
      if (isLost) return;
      for (const index of verdict.wrong) failed.add(site.files.namesOf(set)[index] as string);
      faults.push(...shorten(verdict.faults).map((fault) => `${set}: ${fault}`));
    } catch (error) {
      for (const file of site.files.namesOf(set)) failed.add(file);
      faults.push(`${set}: ${error instanceof Error ? error.message : error}`);
    }
  };
  // what is disturbed has to be known for what: one after the other
  if (disturbances[name].at.length === 0) await Promise.all(fileSets.map(one));
  else {
    for (const set of fileSets) {
      await host.renew?.();
      await one(set);
    }
  }
  if (faults.length > 0) {
    faults.push(
      ...shorten(host.said().map((text) => `the engine said: ${text}`)),
      await site.logs([...failed]),
    );
  }
  return { found: found.join('; '), faults };
}

async function download(
  host: Host,
  site: CaseSite,
  name: DisturbanceName,
  set: FileSet,
  stale: boolean,
): Promise<Verdict & { readonly failed: boolean }> {
  const { wire, files, served } = site;
  const { at, act } = disturbances[name];
  const id = `${set}, ${name}`;
  // an address of its own: no cache has it from another case
  const query = new URLSearchParams({ case: name });
  const urls = files.namesOf(set).map((file) => `${served.origin}/files/${file}?${query}`);
  if (!stale) files.mark(set);
  const least = files.leastOf(set);
  wire.watch({ points: at.map((part) => Math.floor(part * least)), act: () => act(site, set) });
  const ending = await host.download(id, urls);
  const missed = at.length === 0 ? [] : await wire.unwatch();
  const allowed = new Map<string, Contents>(
    files.namesOf(set).map((file, index) => [urls[index] as string, files.contentsOf(file)]),
  );
  const verdict = judge(ending, allowed);
  // what was not disturbed shows nothing
  const undisturbed = missed.map((point) => `byte ${point} was never sent, so that it was not ${name}`);
  return { ...verdict, faults: [...verdict.faults, ...undisturbed], failed: ending.result === 'failure' };
}

/** The first and the last of many. */
function shorten(lines: readonly string[]): readonly string[] {
  const left = lines.length - 2 * mostShown;
  if (left <= 0) return lines;
  return [...lines.slice(0, mostShown), `(${left} more)`, ...lines.slice(-mostShown)];
}

/** `version 2` for one; `1 × version 1, 39 × version 2` for several. */
function summarise(found: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (found.length === 1) return found[0] as string;
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ');
}

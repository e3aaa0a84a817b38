import type { Delays } from '../load-shape.ts';
import type { BrowserRow } from './in-browsers.ts';

const head = [
  ...['background fetches × records', 'starting, ms per record', 'fetching, ms per record'],
  ...['memory, kB per record', '`getIds()`, ms', '`match()`, ms', 'announcements, ms', '`progress` events'],
  'paused for 15 s',
];

/** What one browser bore, as the section of docs/reliability.md that is its own. */
export function describeBrowser(found: readonly BrowserRow[], version: string): string {
  const rows = found.map(({ shape: { fetches, recordsPerFetch }, load }) => {
    const records = fetches * recordsPerFetch;
    const { pings, timers, writes, messages } = load.paused;
    return [
      `${fetches} × ${recordsPerFetch}`,
      (load.starting / records).toFixed(2),
      (load.fetching / records).toFixed(2),
      (load.memory / records / 1000).toFixed(0),
      delays(load.getIds),
      delays(load.match),
      delays(load.messages),
      `${load.progress}`,
      `${pings} pings, ${timers} timers, ${writes} writes, ${messages} messages`,
    ];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${found[0]?.engine} ${version}:\n\n${lines.join('\n')}\n\n`;
}

function delays({ half, most, all }: Delays): string {
  return [half, most, all].map((time) => (time < 10 ? time.toFixed(1) : `${Math.round(time)}`)).join(' / ');
}

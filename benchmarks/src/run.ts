import { writeFile } from 'node:fs/promises';
import { type BrowserName, findBrowsers } from '@background-fetch/testing-browsers';
import { type Bench, setUpBench } from './bench.ts';
import { measureServer } from './body-server/start-body-server.ts';
import { type BenchmarkOptions, readArguments } from './command-line.ts';
import { measureMemory } from './measure-memory.ts';
import { measureSpeed } from './measure-speed.ts';
import { describeEngine, describeRun } from './report.ts';
import type { EngineResult } from './targets.ts';
import type { Workload } from './workload.ts';

/*
 * Measures the polyfill beside what browsers offer by themselves. A missed target is a result, not a failure:
 * the exit code is 1 only when something did not work.
 */

const mebibyte = 2 ** 20;

function workloadsOf({ parts, quick }: BenchmarkOptions): Workload[] {
  const one = quick ? 64 : 256;
  const many = quick ? 100 : 1000;
  return [
    ...(parts.includes('256mib') ? [{ name: `${one} MiB`, count: 1, size: one * mebibyte }] : []),
    ...(parts.includes('1000x10kib') ? [{ name: `${many} × 10 KiB`, count: many, size: 10 * 1024 }] : []),
  ];
}

async function measureEngine(
  bench: Bench,
  engine: BrowserName,
  version: string,
  options: BenchmarkOptions,
): Promise<EngineResult> {
  const sizes = (options.quick ? [64, 128] : [64, 256, 512]).map((size) => size * mebibyte);
  const workloads = workloadsOf(options);
  const memory = options.parts.includes('memory');
  return {
    engine,
    version,
    speeds: workloads.length > 0 ? await measureSpeed(bench, engine, workloads, options.rounds) : [],
    memory: memory ? await measureMemory(bench, engine, sizes, options.memoryRounds) : [],
  };
}

async function run(options: BenchmarkOptions): Promise<void> {
  const found = await findBrowsers();
  await using bench = await setUpBench(options.engineOptions);
  const texts = [describeRun(new Date(), options.rounds, await measureServer(bench.server))];
  console.log(texts[0]);
  for (const engine of options.engines) {
    const { present, ...details } = found[engine];
    if (!present || !('version' in details)) throw new Error(`Can't measure ${engine}: it is not installed`);
    const text = describeEngine(await measureEngine(bench, engine, details.version, options));
    console.log(`\n${text}\n`);
    texts.push(text);
  }
  if (options.report !== null) await writeFile(options.report, document(texts));
}

function document(texts: readonly string[]): string {
  return `# Benchmarks\n\nWritten by \`npm run bench:web -- --report docs/benchmarks.md\`.\n\n${texts.join('\n\n')}\n`;
}

try {
  await run(readArguments());
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsdown';

/** Below it what the program imports of others is found, as it is from its source. */
const folder = fileURLToPath(new URL('../../../node_modules/.programs', import.meta.url));

/** A program as a single file of JavaScript, to be run by `node` alone. */
export interface CompiledProgram extends AsyncDisposable {
  readonly path: string;
}

/**
 * Compiles a program that is to be started again and again: from its sources each start takes five times as much of a
 * processor, most of it to read TypeScript.
 */
export async function compileProgram(source: URL): Promise<CompiledProgram> {
  await mkdir(folder, { recursive: true });
  const outDir = await mkdtemp(join(folder, 'program-'));
  const remove = (): Promise<void> => rm(outDir, { recursive: true, force: true });
  try {
    await build({
      config: false,
      logLevel: 'warn',
      report: false,
      clean: false,
      dts: false,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      entry: { program: fileURLToPath(source) },
      outDir,
      outExtensions: () => ({ js: '.mjs' }),
      deps: { alwaysBundle: [/^@background-fetch\//] },
      inputOptions: { resolve: { conditionNames: ['source', 'import', 'node', 'default'] } },
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: join(outDir, 'program.mjs'), [Symbol.asyncDispose]: remove };
}

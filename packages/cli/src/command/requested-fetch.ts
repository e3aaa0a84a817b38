import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { isLongName, longestName, reasonOf } from '@background-fetch/common';
import type { FetchSettings, RequestedBody, RequestedFetch, RequestedFile } from '../daemon/protocol.ts';
import { type ConnectionOptions, readConnectionSettings } from './connection-settings.ts';
import { UsageError } from './exit-codes.ts';
import { decodeList, type ListedUrl, parseInputFile } from './input-file.ts';
import { parseUrl } from './parse-url.ts';
import { type CommonOptions, workingDirectory } from './run-command.ts';

/** The options of `fetch` and `get`. */
export interface RequestOptions extends CommonOptions, ConnectionOptions {
  readonly id?: string;
  readonly title?: string;
  readonly downloadTotal?: number;
  readonly header?: readonly (readonly [string, string])[];
  readonly method?: string;
  readonly body?: string;
  readonly integrity?: string;
  readonly output?: string;
  readonly input?: string;
  readonly overwrite?: boolean;
  readonly skipExisting?: boolean;
  readonly jobs?: number;
  readonly connections?: number;
  readonly sameType?: boolean;
  readonly limitRate?: number;
  readonly retry?: number;
  readonly compressed?: boolean;
}

/**
 * What the daemon is asked for.
 * @param directory tells where files go if no option says so; null keeps them in the store
 */
export async function requestFetch(
  urls: readonly string[],
  options: RequestOptions,
  body: RequestedBody | null,
  directory: () => string | null,
): Promise<RequestedFetch> {
  const listed = [
    ...urls.map((url): ListedUrl => ({ url, headers: [] })),
    ...(options.input === undefined
      ? []
      : parseInputFile(await readInput(options.input), nameOfInput(options.input))),
  ];
  if (listed.length === 0) throw new UsageError('Give a URL, or a list of them with --input FILE');
  if (options.integrity !== undefined && listed.length > 1) {
    throw new UsageError('--integrity is about one URL: in a list, give integrity=sha256-… below each');
  }
  const place = await findPlace(options.output, listed.length, directory);
  const headers = [...(options.compressed ? [acceptedCodings] : []), ...(options.header ?? [])];
  const connection = await readConnectionSettings(options);
  const settings: FetchSettings = {
    ...Object.fromEntries(
      (['jobs', 'connections', 'limitRate', 'retry'] as const).flatMap((name) =>
        options[name] === undefined ? [] : [[name, options[name]]],
      ),
    ),
    ...(options.compressed && { compressed: true }),
    ...(options.sameType && { mediaTypeChange: 'refuse' }),
    ...(connection && { connection }),
  };
  return {
    id: options.id ?? null,
    token: randomUUID(),
    title: options.title ?? '',
    downloadTotal: options.downloadTotal ?? 0,
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    body,
    files: listed.map((item) => requestFile(item, headers, options.integrity ?? '', place.name)),
    directory: place.directory,
    overwrite: options.overwrite ?? false,
    umask: process.umask(),
    settings,
  };
}

function nameOfInput(input: string): string {
  return input === '-' ? 'the standard input' : input;
}

async function readInput(input: string): Promise<string> {
  try {
    return decodeList(input === '-' ? await buffer(process.stdin) : await readFile(input));
  } catch (cause) {
    throw new UsageError(`The list ${nameOfInput(input)} can't be read: ${reasonOf(cause)}`, { cause });
  }
}

function requestFile(
  { url, out, integrity, headers }: ListedUrl,
  common: readonly (readonly [string, string])[],
  commonIntegrity: string,
  name: string | null,
): RequestedFile {
  const { plain, authorization } = parseUrl(url);
  return {
    url: plain,
    name: out ?? name,
    integrity: integrity ?? commonIntegrity,
    headers: [...authorization, ...common, ...headers],
  };
}

/** What `--compressed` asks for: what Node decodes in all its versions. */
const acceptedCodings = ['Accept-Encoding', 'gzip, deflate, br'] as const;

/** `--output` of the command's own standard output. */
export const standardOutput = '-';

/** Whether `--output` names a file or a directory. */
export async function findPlace(
  output: string | undefined,
  files: number,
  otherwise: () => string | null,
): Promise<{ directory: string | null; name: string | null }> {
  if (output === undefined) return { directory: otherwise(), name: null };
  if (output === standardOutput) {
    if (files > 1) throw new UsageError('--output - is for one file: there are several');
    return { directory: null, name: null };
  }
  const path = isAbsolute(output) ? resolve(output) : resolve(workingDirectory(), output);
  const stats = await stat(path).catch(() => null);
  const isDirectory = stats ? stats.isDirectory() : /[/\\]$/.test(output) || output.endsWith(sep);
  if (isDirectory) return { directory: path, name: null };
  if (files > 1)
    throw new UsageError(
      `--output ${output} is one file, and there are ${files}: give a directory, ending in /`,
    );
  const name = basename(path);
  if (isLongName(name))
    throw new UsageError(`--output names a file in more than ${longestName} bytes: give a shorter name`);
  return { directory: dirname(path), name };
}

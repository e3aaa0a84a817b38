import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

/** In the environment of everything we start: descendants that detach from the tree are still found by it. */
const ownerVariable = 'BACKGROUND_FETCH_ENGINES_OWNER';
export const browserVariable = 'BACKGROUND_FETCH_ENGINES_BROWSER';

const owner = randomUUID();

/**
 * A shell that waits on a pipe from this process. The kernel closes the pipe however this process ends, even by
 * SIGKILL, and then the shell kills what still carries our mark. `process.on('exit')` would miss every signal.
 */
const script = `
while read -r line; do :; done
for round in 1 2 3; do
  for environ in /proc/[0-9]*/environ; do
    if grep -qsF "$1" "$environ"; then
      pid=\${environ#/proc/}; pid=\${pid%/environ}
      kill -KILL "-$pid"; kill -KILL "$pid"
    fi
  done
done 2>/dev/null
`;

let leashed = false;

/** Environment for a process that must not outlive this one. Proxies are left out: all traffic is loopback. */
export function leashEnvironment(additions: Record<string, string> = {}): NodeJS.ProcessEnv {
  if (!leashed) holdLeash();
  const env: NodeJS.ProcessEnv = { ...process.env, ...additions, [ownerVariable]: owner };
  for (const name of Object.keys(env)) {
    if (/^(https?|ftp|all)_proxy$/i.test(name)) delete env[name];
  }
  return env;
}

function holdLeash(): void {
  leashed = true;
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH };
  const guard = spawn('/bin/sh', ['-c', script, 'sh', `${ownerVariable}=${owner}`], {
    detached: true, // Ctrl-C goes to the whole foreground group; the guard has to survive it.
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  });
  guard.once('error', (error) => {
    throw new Error("Can't start /bin/sh, which ends browsers when this process dies", { cause: error });
  });
  guard.unref();
  (guard.stdin as Socket).unref();
}

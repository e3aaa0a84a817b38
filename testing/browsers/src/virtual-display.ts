import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { leashEnvironment } from './leash.ts';

let display: Promise<string> | undefined;

/** `DISPLAY` of this process's one virtual X server, started when first asked for and ended with this process. */
export function virtualDisplay(): Promise<string> {
  display ??= startDisplay();
  return display;
}

function startDisplay(): Promise<string> {
  return new Promise((resolve, reject) => {
    // -displayfd lets the server pick a free number, so processes side by side don't fight over one.
    // -noreset: by default it restarts whenever the last client leaves, and the next browser may meet that.
    const server = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp', '-noreset'],
      { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env: leashEnvironment() },
    );
    const numbers = server.stdio[3] as Socket;
    let text = '';
    numbers.on('data', (chunk) => {
      text += String(chunk);
      if (!text.endsWith('\n')) return;
      // Neither the server nor its pipe keeps Node alive; the leash ends it.
      server.unref();
      numbers.unref();
      resolve(`:${text.trim()}`);
    });
    server.once('error', (error) => reject(new Error("Can't start Xvfb: install xvfb", { cause: error })));
    server.once('exit', (code, signal) => {
      display = undefined;
      reject(new Error(`Xvfb ended at once (${signal ?? code}): no virtual display for WebKitGTK`));
    });
  });
}

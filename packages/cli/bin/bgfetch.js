#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const command = join(__dirname, '..', 'dist', 'cli.cjs');
if (existsSync(command)) {
  // from Node 22 on, what was compiled once need not be compiled again
  require('node:module').enableCompileCache?.();
  require(command);
} else {
  console.error('bgfetch: this is a source checkout that was not built: run "npm run build" at its root');
  process.exitCode = 4;
}

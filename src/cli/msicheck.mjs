// SPDX-License-Identifier: GPL-2.0-only
// Starts the program with its modules as Node compiled them the last time. No TypeScript: this file
// is read before anything that was kept, and to strip its types alone would double the time of a start.
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

if ((process.features.typescript ?? false) === false) {
  process.stderr.write(
    `msicheck: Node ${process.versions.node} does not run TypeScript; expected 22.18 or later, as npm run -s msicheck -- COMMAND finds it\n`,
  );
  process.exit(2);
}

// By this name threads find it too. Where Node cannot write it compiles everything again.
process.env.NODE_COMPILE_CACHE ||= join(tmpdir(), 'node-compile-cache');
module.enableCompileCache();
// Only what is imported from here on is kept.
await import('./main.ts');

// SPDX-License-Identifier: GPL-2.0-only
// Starts the program with its modules as Node compiled them the last time. No TypeScript: this file
// is read before anything that was kept, and to strip its types alone would double the time of a start.
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// By this name threads find it too. Where Node cannot write it compiles everything again.
process.env.NODE_COMPILE_CACHE ||= join(tmpdir(), 'node-compile-cache');
enableCompileCache();
// Only what is imported from here on is kept.
await import('./main.ts');

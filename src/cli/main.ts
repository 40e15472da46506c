// SPDX-License-Identifier: GPL-2.0-only
/** The process of the program: where it stands, what becomes of its output, and the command it was started with. */
import { main } from './program.ts';
import { hideWarnings, watchOutput } from './terminal.ts';

if (process.env['MSICHECK_DEBUG'] === undefined) hideWarnings();
watchOutput();
standWhereTheUserStands();
await main(process.argv.slice(2));

/** npm runs scripts in the project's folder; names on the command line mean the user's. */
function standWhereTheUserStands(): void {
  const folder = process.env['INIT_CWD'];
  if (folder === undefined || folder === '') return;
  try {
    process.chdir(folder);
  } catch {
    // The folder is gone; names that are not absolute will not be found, and that is said then.
  }
}

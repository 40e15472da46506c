// SPDX-License-Identifier: GPL-2.0-only
/** The name of an environment in a trace is a label: says so where it could be taken for more. */
import { environmentNamed } from '../generate/environments.ts';
import { compareEnvironments } from '../run/minimise/order.ts';
import type { Trace } from '../trace/step.ts';
import { note } from './terminal.ts';

/** A note when a trace names an environment of `list environments` but has other fields. */
export function noteLabel(path: string, { environment }: Trace): void {
  const known = environmentNamed(environment.name);
  if (known === undefined || compareEnvironments(known, environment) === 0) return;
  note(
    `${path}: the name "${environment.name}" is a label only; the fields below it are not those of ` +
      'that environment (list environments --json)',
  );
}

// SPDX-License-Identifier: GPL-2.0-only
/**
 * A trace as text, one step per line. What is written here is the canonical form: parse.ts reads
 * it back exactly, and reads more than it (comments anywhere, arguments in any order, blank lines).
 */
import { formatArg } from './args.ts';
import type { Call } from './call.ts';
import { DEFAULT_ENVIRONMENT, type Environment } from './environment.ts';
import { FIELDS } from './fields.ts';
import { formatForced } from './forced.ts';
import { type Arg, SIGNATURES } from './signatures.ts';
import type { Fault, MemoryFault, Step, Trace } from './step.ts';

/** First line of a trace after its comments; the number is the version of the format. */
export const HEADER = 'msicheck trace 1';
/** Characters of the longest line that is read. */
export const LONGEST_LINE = 1000;

/**
 * Writes a whole trace, with a line end after each line. Comments come first, a line each; a longer
 * one than can be read back is cut.
 */
export function formatTrace(trace: Trace, comments: readonly string[] = []): string {
  const lines = [
    ...comments.flatMap((comment) => comment.split('\n')).map(formatComment),
    HEADER,
    formatEnvironment(trace.environment),
    ...trace.steps.map(formatStep),
  ];
  return `${lines.join('\n')}\n`;
}

/** Writes `environment: NAME` and, indented below it, each field that is not what it is by default. */
export function formatEnvironment(environment: Environment): string {
  const lines = [`environment: ${environment.name}`];
  for (const { name, format } of FIELDS) {
    const value = format(environment);
    if (value !== format(DEFAULT_ENVIRONMENT)) lines.push(`  ${name}: ${value}`);
  }
  return lines.join('\n');
}

/** `msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=3) (fail: msi_alloc_desc 2)` */
export function formatStep({ call, faults }: Step): string {
  const args = SIGNATURES[call.fn].args
    .filter((arg) => !isUsual(arg, call))
    .map((arg) => formatArgument(arg, call));
  return [`${call.fn}(${args.join(', ')})`, ...faults.map(formatFault)].join(' ');
}

/** `(fail: xa_node 1..2)`, `(fail_nth: 3)`, `(callback: msi_init 2 = -ENOMEM)` */
export function formatFault(fault: Fault): string {
  if (fault.kind === 'callback') return `(callback: ${formatForced(fault)})`;
  return fault.site === 'any'
    ? `(fail_nth: ${formatCounts(fault)})`
    : `(fail: ${fault.site} ${formatCounts(fault)})`;
}

/** `n`, `n..n+1` for the n-th and the next, `n..` for all from the n-th. */
function formatCounts({ nth, count }: MemoryFault): string {
  switch (count) {
    case 0:
      return `${nth}..`;
    case 1:
      return String(nth);
    case 2:
      return `${nth}..${nth + 1}`;
  }
}

/** A driver takes the lock around a call unless a trace says otherwise. */
function isUsual(arg: Arg, call: Call): boolean {
  return arg.field === 'lock' && call.lock === 1;
}

function formatArgument({ name, field, kind }: Arg, call: Call): string {
  return `${name}=${formatArg(kind, call[field])}`;
}

function formatComment(comment: string): string {
  const line = `# ${comment.replaceAll(/[\0\ufffd]/gu, '?')}`.trimEnd();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 3)}...` : line;
}

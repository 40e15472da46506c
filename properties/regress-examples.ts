// SPDX-License-Identifier: GPL-2.0-only
/** Results of checked changes made by hand: one with every verdict, and texts that no format likes. */
import type { ChangeResult, Evidence, RegressReport, TouchedLine } from '../src/report/change.ts';
import { formatTrace } from '../src/trace/format.ts';
import { parseTrace } from '../src/trace/parse.ts';

/** What has a meaning in one of the formats, and what none may let through as it is. */
export const NASTY: string =
  'a"b\'c<d>&amp; ]]> <!-- %0A %25 x:y,z ::error:: #1 # SKIP \\n `` ``` [a](0) {0} {{ ü 日本 \u{1f600}' +
  '\u0000\u0007\u001b[31m\u007f\u0085\u202e\ud800\ufffe\r\n\tsecond line';

/** In its canonical form, with a name that is as bad as a name may be. */
export const TRACE: string = formatTrace(
  parseTrace(
    `msicheck trace 1
environment: a"b'<c>&amp;]]>%0A::x,y:z#1 # SKIP \`\`\` [a](0) {0}
  ops: msi_free
msi_create_device_irq_domain(dev=0, domid=0, hwsize=1)
msi_domain_insert_msi_desc(dev=0, domid=0, msi_index=0, nvec_used=2, affinity=none, msi_attrib=none)
msi_domain_alloc_irqs_range(dev=0, domid=0, first=0, last=0) (fail: alloc_desc 3) (callback: msi_init 2 = -ENOMEM)`,
    'regress-examples.ts',
  ).trace,
);

const ALLOC = 'msi_domain_alloc_irqs_range';

/** A finding whose trace is `TRACE`. */
export const EVIDENCE: Evidence = {
  rule: 'an interrupt had one successful msi_init more than msi_free while it is in an MSI domain, and else as many',
  source: 'kernel/irq/msi.c msi_domain_alloc(), msi_domain_free()',
  detail: 'interrupt 1: msi_init succeeded 1 times more than msi_free ran, not 0',
  fn: ALLOC,
  at: 2,
  trace: TRACE,
  steps: 3,
  found: 'random trace 12 of seed msicheck',
  traces: 130,
  milliseconds: 420,
  differences: [
    {
      at: 2,
      step: `${ALLOC}(dev=0, domid=0, first=0, last=0) (callback: msi_init 2 = -ENOMEM)`,
      base: ['  returns  -ENOSPC', '  calls    alloc = 0', '           msi_free(irq=1) = 0'],
      changed: ['  returns  -ENOSPC', '  calls    alloc = 0'],
    },
  ],
  file: 'reports/findings/stop-early-12345678.trace',
  where: undefined,
  stack: [],
  unsaved: undefined,
  again:
    'npm run -s msicheck -- replay reports/findings/stop-early-12345678.trace --change a.patch',
};

const IRQDOMAIN = 'src/subject/reference/msi/irqdomain.ts';

/** Lines of two functions, one of them not executed. */
export const TOUCHED: readonly TouchedLine[] = [
  touched(41, 'msi_domain_alloc', 'for (; i > 0; i -= 1) {'),
  touched(42, 'msi_domain_alloc', 'free(i);'),
  { ...touched(60, 'msi_domain_free', 'release(irq);'), what: 'removed', missed: ['warn(irq)'] },
];

function touched(line: number, fn: string, text: string): TouchedLine {
  return { file: IRQDOMAIN, line, what: 'changed', fn, text, missed: [] };
}

const SAME: ChangeResult = {
  name: '0001-genirq-msi-rename.patch',
  title: 'genirq/msi: Rename a variable',
  verdict: 'same',
  problem: undefined,
  evidence: undefined,
  repairs: [],
  touched: TOUCHED.slice(0, 2),
  covered: { traces: 1234, steps: 56_789, corpus: 60, sweep: 900, random: 274 },
  milliseconds: 2500,
  surprise: '',
  types: [],
  since: '',
};

const BROKEN: ChangeResult = {
  ...SAME,
  name: 'patches/0002-genirq-msi-stop-early.patch',
  title: 'genirq/msi: Stop one too early',
  verdict: 'broken',
  evidence: EVIDENCE,
  repairs: ['a descriptor is freed once: msi_domain_free_irqs (fuzz/corpus/expected/a.trace)'],
  touched: TOUCHED,
  surprise: 'is broken, not same',
};

type Example =
  | 'same'
  | 'untried'
  | 'broken'
  | 'different'
  | 'unreached'
  | 'notApplied'
  | 'notLoaded'
  | 'notHere';

/** One of each verdict; `untried` is the same and nothing was run. */
export const EVERY: Readonly<Record<Example, ChangeResult>> = {
  same: SAME,
  untried: {
    ...SAME,
    name: 'docs.patch',
    title: 'Fix a typo',
    touched: [],
    covered: { traces: 0, steps: 0, corpus: 0, sweep: 0, random: 0 },
  },
  broken: BROKEN,
  different: {
    ...BROKEN,
    name: '0003-order.patch',
    verdict: 'different',
    evidence: { ...EVIDENCE, rule: 'the change shows what the base shows' },
    repairs: [],
    surprise: '',
  },
  unreached: {
    ...SAME,
    name: '0004-unreached.patch',
    title: 'genirq/msi: Handle what never happens',
    verdict: 'unreached',
    touched: TOUCHED,
  },
  notApplied: {
    ...SAME,
    name: '0005-stale.patch',
    title: 'genirq/msi: From another tree',
    verdict: 'does not apply',
    problem: { file: '0005-stale.patch', line: 17, message: 'hunk 2 finds no place' },
    touched: [],
  },
  notLoaded: {
    ...SAME,
    name: '0006-typo.patch',
    title: 'genirq/msi: Does not compile',
    verdict: 'does not load',
    problem: { file: IRQDOMAIN, line: 0, message: 'Unexpected token' },
    touched: [],
  },
  notHere: {
    ...SAME,
    name: 'A06-ranges.edit',
    title: 'genirq/msi: put back: ranges',
    verdict: 'n/a',
    problem: {
      file: 'A06-ranges.edit',
      line: 0,
      message: 'is for 6.12 and later; the tree is 6.1',
    },
    touched: [],
    covered: { traces: 0, steps: 0, corpus: 0, sweep: 0, random: 0 },
  },
};

/** The same texts everywhere that somebody else may have written. */
export function written(change: ChangeResult, text: string): ChangeResult {
  const { evidence, problem } = change;
  return {
    ...change,
    name: text,
    title: text,
    problem: problem && { file: text, line: 3, message: text },
    evidence: evidence && {
      ...evidence,
      rule: text,
      source: text,
      detail: text,
      fn: text,
      found: text,
      differences: [{ at: 0, step: text, base: [text, 'same'], changed: ['same', `${text}!`] }],
      file: text,
      again: text,
    },
    types: [{ file: text, line: 3, message: text }],
    repairs: [text],
    touched: change.touched.map((line) => ({
      ...line,
      file: text,
      fn: text,
      text,
      missed: [text],
    })),
    surprise: text,
    since: '',
  };
}

/** A run with these changes. */
export function reportOf(...changes: readonly ChangeResult[]): RegressReport {
  return {
    subject: 'reference',
    seed: 'msicheck',
    budget: '15 s',
    changes,
    firstBad: undefined,
    unfinished: [],
    untyped: undefined,
  };
}

// SPDX-License-Identifier: GPL-2.0-only
/** From what a run counted to the record that reports are written from. */
import { SITUATIONS } from '../invariants/index.ts';
import type {
  Amount,
  CallRow,
  ExpectedRow,
  ResultRow,
  SiteRow,
  SituationRow,
} from '../report/summary.ts';
import type { Expected } from '../run/expected.ts';
import { firedByName, type Reach } from '../run/reach.ts';
import { CALL_NAMES, type CallName } from '../trace/call.ts';
import type { Environment } from '../trace/environment.ts';
import { formatErrno } from '../trace/errno.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import { canFail, OP_NAMES, SITES } from '../trace/sites.ts';

/** How much was run. */
export function amountOf(reach: Reach): Amount {
  let faults = 0;
  for (const times of reach.fired) faults += times;
  return { traces: reach.traces, steps: reach.steps, faults };
}

/** How often each call ran and with which results, in the order of the table of calls. */
export function callRows(reach: Reach, releases: ReadonlySet<string>): readonly CallRow[] {
  const rows = CALL_NAMES.map((fn, i) => {
    const results = new Map<string, number>();
    for (const [ret, times] of reach.results[i] ?? []) {
      const name = resultName(fn, ret);
      results.set(name, (results.get(name) ?? 0) + times);
    }
    const refused = reach.refused[i] ?? 0;
    if (refused > 0) results.set('refused', refused);
    return { fn, times: reach.calls[i] ?? 0, results: sorted(results) };
  });
  // A call that no environment of the run has is not missed.
  return rows.filter(
    ({ fn, times }) => times > 0 || SIGNATURES[fn].releases.some((one) => releases.has(one)),
  );
}

/** Values that say the same are counted together: which interrupt, which slot, how many. */
function resultName(fn: CallName, ret: number): string {
  switch (SIGNATURES[fn].returns) {
    case 'void':
      return 'returned';
    case 'bool':
      return ret === 0 ? 'false' : 'true';
    case 'slot':
      return ret < 0 ? 'NULL' : 'a descriptor';
    case 'virq':
      return ret > 0 ? 'an interrupt' : formatErrno(ret);
    case 'map':
      return ret >= 0 ? 'a slot' : formatErrno(ret);
    case 'errno':
    case 'count':
      return ret > 0 ? 'positive' : formatErrno(ret);
  }
}

function sorted(results: ReadonlyMap<string, number>): readonly ResultRow[] {
  const rows = [...results].map(([ret, times]) => ({ ret, times }));
  return rows.toSorted((a, b) => b.times - a.times || (a.ret < b.ret ? -1 : 1));
}

/** Every place where a fault can be injected. */
export function siteRows(reach: Reach): readonly SiteRow[] {
  const fired = firedByName(reach);
  const places = [...SITES, ...OP_NAMES.filter(canFail)];
  return places.map((site) => ({ site, times: fired.get(site) ?? 0 }));
}

/** Every situation, in the order of the table; `random` is `undefined` for a run without random traces. */
export function situationRows(
  corpus: Reach,
  random: Reach | undefined,
  environments: readonly Environment[],
): readonly SituationRow[] {
  return SITUATIONS.map((situation, i) => {
    const possible = environments.some((environment) => situation.needs(environment));
    return {
      situation: situation.name,
      corpus: corpus.situations[i] ?? 0,
      random: random !== undefined && possible ? (random.situations[i] ?? 0) : undefined,
    };
  });
}

/** How often each known finding was seen: `seen` by its trace, and the traces of the list that were run. */
export function expectedRows(
  entries: readonly Expected[],
  seen: ReadonlyMap<string, number>,
  replayed: ReadonlyMap<string, boolean>,
): readonly ExpectedRow[] {
  return entries.map(({ rule, fn, fired, why, trace }) => {
    return {
      rule,
      fn,
      fired,
      why,
      trace,
      times: seen.get(trace) ?? 0,
      replayed: replayed.get(trace),
    };
  });
}

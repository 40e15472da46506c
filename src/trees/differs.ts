// SPDX-License-Identifier: GPL-2.0-only
/** The profile that a tree is nearest to, and what it declares otherwise than the release that the profile was made from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CALL_NAMES } from '../trace/call.ts';
import { PROFILES, type Release } from '../trace/profile.ts';
import { SIGNATURES } from '../trace/signatures.ts';
import type { Shape } from './shape.ts';

/** The release that each profile was made from. */
const MADE_FROM: Readonly<Record<Release, string>> = {
  '6.1': '6.1.192',
  '6.12': '6.12.117',
  '6.12.117': '6.12.117',
};

/** The nearest profile, by what a device can have: one domain, one of its own, or several. */
export function profileOf(domids: number): Release {
  if (domids === 0) return '6.1';
  return domids === 1 ? '6.12.117' : '6.12';
}

/** Domains that a device can have of its own, by what a tree declares; 0 before there were any. */
export function domidsOf(shape: Shape): number {
  if (!shape.has('function msi_create_device_irq_domain')) return 0;
  return Number(shape.get('flag MSI_MAX_DEVICE_IRQDOMAINS') ?? 1);
}

/** What a tree declares otherwise, a line each, the most important first. */
export function differences(shape: Shape, profile: Release): readonly string[] {
  const release = MADE_FROM[profile];
  const known = parseKnown(
    readFileSync(join(import.meta.dirname, 'known', `${release}.txt`), 'utf8'),
  );
  const calls = new Set(callsOf(profile).map((fn) => `function ${fn}`));
  const lost = [...known.keys()].filter((name) => !shape.has(name));
  const changed = [...known].filter(([name, value]) => (shape.get(name) ?? value) !== value);
  const fresh = [...shape.keys()].filter((name) => !known.has(name));
  return [
    ...lost
      .filter((name) => calls.has(name))
      .map((name) => `${name} is not declared, and traces call it`),
    ...lost.filter((name) => !calls.has(name)).map((name) => `${name} is not declared`),
    ...changed.map(([name, value]) => `${name} is ${shape.get(name) ?? ''}, not ${value}`),
    ...fresh.map((name) => `${name} is new`),
  ];
}

/** The release whose declarations a profile knows. */
export function madeFrom(profile: Release): string {
  return MADE_FROM[profile];
}

/** Functions that traces of a profile call, as the kernel names them. */
function callsOf(profile: Release): readonly string[] {
  const series = PROFILES[profile].release;
  return CALL_NAMES.filter((fn) => SIGNATURES[fn].releases.includes(series)).map((fn) =>
    fn.replace(/_6_1$/u, ''),
  );
}

/** Reads a file of `known/`: lines `KIND NAME` or `KIND NAME NUMBER`, comments with `#`. */
export function parseKnown(text: string): Shape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [kind = '', name = '', value = ''] = line.split(' ');
      return [`${kind} ${name}`, value] as const;
    }),
  );
}

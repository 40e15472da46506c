// SPDX-License-Identifier: GPL-2.0-only
/** Code under test by name: the reference, and copies of it with one known defect each. */
import { DEFECTS } from '../subject/planted/defects.ts';
import type { SubjectFactory } from '../subject/subject.ts';

/** A subject, and what it is. */
export interface NamedSubject {
  readonly name: string;
  readonly what: string;
}

/** What is run unless another one is named. */
export const USUAL_SUBJECT = 'reference';

/** Every subject, the usual one first. */
export const SUBJECTS: readonly NamedSubject[] = [
  { name: USUAL_SUBJECT, what: 'the reference, modelled on the kernel' },
  ...DEFECTS.map(({ name, what }) => ({ name, what })),
];

/** Loads one of them; throws for a name that is none of theirs. */
export async function loadSubject(name: string): Promise<SubjectFactory> {
  if (name === USUAL_SUBJECT) return (await import('../subject/reference/index.ts')).reference;
  const defect = DEFECTS.find((each) => each.name === name);
  if (defect === undefined) throw new Error(`there is no subject ${name}`);
  return (await import('../subject/planted/index.ts')).plant(defect);
}

// SPDX-License-Identifier: GPL-2.0-only
/** Code under test by name: the reference, and copies of it with one known defect each. */
import { DEFECTS, plant } from '../subject/planted/index.ts';
import { reference } from '../subject/reference/index.ts';
import type { SubjectFactory } from '../subject/subject.ts';

/** A subject, and what it is. */
export interface NamedSubject {
  readonly name: string;
  readonly what: string;
  readonly load: () => SubjectFactory;
}

/** Every subject; the first is what is run unless another one is named. */
export const SUBJECTS: readonly NamedSubject[] = [
  { name: reference.name, what: 'the reference, modelled on the kernel', load: () => reference },
  ...DEFECTS.map((defect) => ({ name: defect.name, what: defect.what, load: () => plant(defect) })),
];

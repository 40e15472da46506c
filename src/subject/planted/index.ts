// SPDX-License-Identifier: GPL-2.0-only
/** The reference with one known defect planted: canaries, which the checks must catch. */
import type { SubjectFactory } from '../subject.ts';
import { type Defect, DEFECTS } from './defects.ts';
import { link } from './link.ts';
import { referenceSources, type Sources, stripTypes } from './sources.ts';

export { type Defect, DEFECTS };

/** Builds the subject. Throws when the defect's text does not stand exactly once in its file. */
export function plant(defect: Defect): SubjectFactory {
  const sources = referenceSources();
  const path = `subject/reference/${defect.file}`;
  const edited = new Map([[path, edit(sources.get(path) ?? '', defect)]]);
  const scripts = new Map([...strippedReference(), ...stripTypes(edited)]);
  return { name: `planted:${defect.name}`, start: loadSubject(scripts).start };
}

let stripped: Sources | undefined;

/** The reference's scripts are the same for every defect but for one file. */
function strippedReference(): Sources {
  stripped ??= stripTypes(referenceSources());
  return stripped;
}

function loadSubject(scripts: Sources): SubjectFactory {
  const body = link(scripts, 'subject/reference/index.ts');
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the text is our own source, edited
  const exports: unknown = new Function(body)();
  if (!hasReference(exports)) throw new Error('the sources do not export "reference"');
  return exports.reference;
}

function edit(text: string, defect: Defect): string {
  const parts = text.split(defect.find);
  if (parts.length !== 2) {
    throw new Error(
      `defect ${defect.name}: "${defect.find}" stands ${parts.length - 1} times in ${defect.file}, expected once`,
    );
  }
  return parts.join(defect.replace);
}

function hasReference(value: unknown): value is { readonly reference: SubjectFactory } {
  return typeof value === 'object' && value !== null && 'reference' in value;
}

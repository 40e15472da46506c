// SPDX-License-Identifier: GPL-2.0-only
/** The reference with one known defect planted: canaries, which the checks must catch. */
import { loadChanged } from '../changed/load.ts';
import { isProblem, REFERENCE, referenceSources, type Sources } from '../changed/sources.ts';
import type { SubjectFactory } from '../subject.ts';
import { type Defect, DEFECTS } from './defects.ts';

export { type Defect, DEFECTS };

/** Builds the subject. Throws when the defect's text does not stand exactly once in its file, or does not load. */
export function plant(defect: Defect): SubjectFactory {
  return load(plantedSources(defect), `planted:${defect.name}`);
}

/** The reference without a defect, with the same limits as a planted one: a step may take so many rounds of loops. */
export function unplanted(): SubjectFactory {
  return load(referenceSources(), 'unplanted');
}

function load(sources: Sources, name: string): SubjectFactory {
  const loaded = loadChanged(sources, { name });
  if (!isProblem(loaded)) return loaded.factory;
  throw new Error(`${name}: ${loaded.file}:${loaded.line}: ${loaded.message}`);
}

/** The reference's sources with the defect in them. Throws when its text does not stand exactly once in its file. */
export function plantedSources(defect: Defect): Sources {
  const sources = referenceSources();
  const path = `${REFERENCE}/${defect.file}`;
  return new Map([...sources, [path, edit(sources.get(path) ?? '', defect)]]);
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

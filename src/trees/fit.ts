// SPDX-License-Identifier: GPL-2.0-only
/** Which worlds a tree can have, and the profile that it is run under. */
import type { KernelC } from '../subject/kernel-c/index.ts';
import type { SubjectFactory } from '../subject/subject.ts';
import { type Environment, impossible } from '../trace/environment.ts';
import { PROFILES, type Release } from '../trace/profile.ts';
import { profileOf } from './differs.ts';

/** A tree as a subject that says what it can run. */
export interface FittedTree {
  readonly factory: SubjectFactory;
  /** What reference and oracle are told that it is. */
  readonly profile: Release;
}

/** Takes the profile from what the tree was built with. */
export function fitTree({ domids, missing, ...subject }: KernelC): FittedTree {
  const profile = profileOf(domids);
  const fit = (environment: Environment): Environment | string => {
    if (PROFILES[environment.release].release !== PROFILES[profile].release)
      return `release ${environment.release}`;
    const adapted = { ...environment, release: profile };
    return impossible(adapted) ?? missing(adapted) ?? adapted;
  };
  return { factory: { ...subject, fit }, profile };
}

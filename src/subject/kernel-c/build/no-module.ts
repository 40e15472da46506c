// SPDX-License-Identifier: GPL-2.0-only
/** Why a tree cannot be built on this machine: a message for the user that says what to do. */
export class NoModule extends Error {
  override readonly name = 'NoModule';
}

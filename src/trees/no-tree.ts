// SPDX-License-Identifier: GPL-2.0-only
/** Why a tree cannot be used: a message for the user that says where, what was expected and what to do. */
export class NoTree extends Error {
  override readonly name = 'NoTree';
}

// SPDX-License-Identifier: GPL-2.0-only
/** What a user named leads to no change; the message says what was expected. */
export class NoChange extends Error {}

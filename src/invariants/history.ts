// SPDX-License-Identifier: GPL-2.0-only
/** What has happened so far, for rules that a state alone does not tell. */
export { fold } from './fold.ts';
export { copyHistory, type History, startHistory } from './remember.ts';

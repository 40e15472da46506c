// SPDX-License-Identifier: GPL-2.0-only
/** Every rule holds in a small world made by hand, and for every rule one change breaks it. */
import { expect, test } from 'vitest';

import { checkAll, checkRule, checkTouched } from '../src/invariants/check.ts';
import { copyHistory, fold, type History, startHistory } from '../src/invariants/history.ts';
import { RULES, SITUATIONS } from '../src/invariants/index.ts';
import type { Rule } from '../src/invariants/rule.ts';
import type { Environment } from '../src/trace/environment.ts';
import type { Observation } from '../src/trace/observation.ts';

/* SPDX-License-Identifier: GPL-2.0-only */
/* Conversions between units of time: nothing that is compiled converts any. */

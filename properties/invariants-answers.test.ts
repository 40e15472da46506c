// SPDX-License-Identifier: GPL-2.0-only
/** Rules about operations and answers, and the words in which they say what they saw instead. */
import { expect, test } from 'vitest';

import { report } from './invariants/play.ts';
import { ANSWERS } from './invariants/operations.ts';

test('a rule about operations that are called, and about answers, says what it saw instead', () => {
  expect(report(ANSWERS)).toMatchInlineSnapshot(`
    "an operation without a default is called only in domains that provide it
        msi_post_free, which the domain does not have
    an operation that returns nothing has no result
        get_hwirq returned 1
    an operation is called for the device that the call is about, or for none
        msi_prepare for device 1, expected 0
    prepare_desc is called for a descriptor before set_desc is, where the domain has it
        set_desc for slot 0 without a prepare_desc before it
    a domain with domain_alloc_irqs, domain_free_irqs or msi_post_free hears of it when its descriptors get, or lose, their interrupts
        nobody called msi_post_free
    the root is asked once, and agrees, before a device gets a domain of its own
        the root was asked 0 times, answered nothing
    a message is composed by the level that can
        domain 1 composed the message of interrupt 1
    nothing is mapped that msi_translate or map refuses, or that an MSI domain cannot translate
        msi_translate returned -22, irq_create_fwspec_mapping 4
    msi_finish is called once for an allocation that was prepared, with the result of its first pass
        msi_finish was called 0 times for 1 allocations
    handle_error hears -ENOSPC of an allocation that fails in its first pass, and the caller gets its answer
        an allocation failed without handle_error
    an operation returns what the environment, or a fault of the step, makes it return
        msi_prepare was to return -12 and returned 0
    an operation returns what the environment, or a fault of the step, makes it return
        msi_check was to return -22 and returned 0
    no descriptor gets its interrupts when an earlier one of the call has its first hardware number
        hwirq 1 was allocated twice
    whoever is refused interrupts, or a mapping, hears why: no memory, no number, no CPU, or what an operation said
        irq_alloc_descs says -ENOMEM, reasons: none
    an allocation for descriptors that fails below says -ENOSPC, or to PCI how many worked, and one that fails by itself says why
        msi_domain_alloc_irqs_range says -ENOSPC, reasons: none
    a descriptor goes into the slot that was asked for, or the lowest free one; -EBUSY is said of slots that are taken, -ERANGE of those that the domain does not have
        msi_domain_insert_msi_desc says 0, expected -EBUSY
    every descriptor of its range has interrupts when an allocation succeeds, and none when it fails, or when they are freed
        slot 3 has interrupt 1
    the descriptors of a range are gone when they are freed, or with their interrupts where MSI_FLAG_FREE_MSI_DESCS says so, and stay otherwise
        slot 3 has interrupt 1
    descriptors come and go, and get and lose their interrupts, only in the slots that the call names
        msi_domain_free_irqs_range changed slot 3
    a fault of a step fires when its request is made, or its operation called
        msi_check 1 did not fire
    a call that got no memory for what it makes reports failure
        msi_setup_device_data says 0, there was no memory for alloc_dr"
  `);
});

// SPDX-License-Identifier: GPL-2.0-only
/** Every rule, and the words in which it says what it saw instead. */
import { describe, expect, test } from 'vitest';

import { report } from './invariants/play.ts';
import { COMPLAINTS, DESCRIPTORS, INTERRUPTS } from './invariants/states.ts';
import { MEMORY, OPERATIONS, OWNERS } from './invariants/steps.ts';

describe('a rule says what it saw instead', () => {
  test('for rules about complaints and locks', () => {
    expect(report(COMPLAINTS)).toMatchInlineSnapshot(`
      "the kernel warns of misuse only
          WARN kfree 1
      no BUG_ON is reached
          BUG kfree 1
      the stores are used with their mutex held, but for misuse
          lockdep kfree 1
      no mutex is taken twice, but for misuse
          deadlock kfree 1
      no NULL pointer is followed, but for misuse
          NULL dereference kfree 1
      nothing is used after it was freed, but for misuse
          use after free kfree 1
      nothing is freed twice, but for misuse
          double free kfree 1, msi_desc made in step 1
      no array is left behind its end, but for misuse
          wild access kfree 1
      the mutex of a device is held between steps exactly from msi_lock_descs to msi_unlock_descs
          the mutex of device 0 is held
      the mutex of a domain is free between steps
          the mutex of domain vector is held
      a trace ends with every mutex free
          the mutex of device 0 is held"
    `);
  });

  test('for rules about descriptors', () => {
    expect(report(DESCRIPTORS)).toMatchInlineSnapshot(`
      "a descriptor is in exactly one store, in the slot of its index, unless it was dropped with a WARN
          msi_desc 1 of step 1 with index 3 is in 0 stores
      a slot of a store holds a live descriptor with that index, of that device
          slot 5 holds msi_desc 1 of step 1 with index 3
      the index of a descriptor is below the hwsize of its domain
          msi_desc 1 of step 1 has index 3, hwsize of domain id 0 is 3
      a descriptor is dropped only with a WARN, and keeps the interrupt that it was dropped for
          a descriptor was dropped in silence
      a new descriptor holds what the driver handed in, and nothing else
          msi_desc 2 of step 3 has nvec_used 1
      iteration visits each descriptor that matches once, in ascending order
          msi_domain_first_desc found slot 5, the next that matches is 3
      an iteration that has come to its end, or whose lock was released, finds nothing more
          msi_next_desc found slot 3
      looking up a slot answers with its interrupt, or 0
          slot 3 has interrupt 1, msi_domain_get_virq says 2
      msi_domain_alloc_irq_at answers with a slot and its interrupt, or with an error and 0
          index 5 with virq 0, the slot is empty
      a descriptor has a copy of the affinity masks that it was made with, one per vector, or none
          msi_desc 1 of step 1 has mask 15 for vector 1, given was 6
      a descriptor has a sysfs entry per vector, named after the interrupt, while it has interrupts and its domain wants them or the driver asked for them
          msi_desc 1 of step 1 has 1 entries for 2 vectors
      the sysfs entries of a descriptor are gone when it is freed
          device_attribute 1 of step 2 outlives its descriptor
      the files in msi_irqs are the entries of the descriptors
          device 0 has 3 files, its descriptors have 2"
    `);
  });

  test('for rules about interrupts and reverse maps', () => {
    expect(report(INTERRUPTS)).toMatchInlineSnapshot(`
      "the interrupts of all vectors of a descriptor exist and refer to it
          msi_desc 1 of step 1 has interrupt 2, which refers to msi_desc 0
      an interrupt that refers to a descriptor is one of its vectors
          interrupt 3 refers to msi_desc 1 of step 1, which has 2 from 1 on
      an interrupt number is allocated exactly while a descriptor, a block of the driver or an overriding domain owns it
          interrupt 3 is allocated (irq_desc 3 of step 2), nobody owns it
      an interrupt number finds its own irq_desc, and a freed one none
          interrupt 1 is irq_desc 1 of step 2, the number finds 2
      an interrupt number is 1 or more, and below the limit
          interrupt 4, limit 4
      an interrupt has irq_data for its domain and every parent of that, or up to where it was trimmed
          interrupt 1 has no irq_data below level1
      each level of a mapped interrupt has the chip of its domain, with its data
          interrupt 1 has chip notconn in domain level1
      the interrupts of a descriptor are in the MSI domain whose store has the descriptor
          interrupt 1 of msi_desc 1 of step 1 is in irq_domain 3, not in PFX-MSI-dev0-15
      an interrupt that is in no domain has no hardware number
          interrupt 3 is in no domain and has hwirq 2
      an interrupt that is mapped can be requested
          interrupt 4 has IRQ_NOREQUEST
      a call that allocates a block answers with its first interrupt, and the block has the size that was asked for
          irq_alloc_descs says 3 for 2, block 0 has 1 from 3 on
      an interrupt that was mapped with a trigger type has that type
          interrupt 4 has type 0, expected 4
      an interrupt keeps the trigger type that it was mapped with
          interrupt 4 had type 4, and has 1
      looking up the hardware number of an interrupt finds that interrupt, in each of its domains
          interrupt 1 is hwirq 3 of domain PFX-MSI-dev0-15, whose map has irq_data 0 there
      the reverse map holds nothing but irq_data that lives, under the numbers that it has
          hwirq 3 of domain wired leads to irq_data 1, which is not its own
      a domain counts the interrupts that are mapped in it
          domain level1 counts 3, 2 are in it
      vector i of a descriptor has the hardware number that get_hwirq gave plus i
          interrupt 2, vector 1 of slot 3, is hwirq 3, not 4
      a hardware number is below the largest of its domain
          interrupt 4 is hwirq 2 of domain wired, hwirq_max 2
      irq_find_mapping answers with the interrupt that has the hardware number, or 0
          hwirq 2 is interrupt 4, the map says 0
      mapping, associating, or making a legacy domain gives each interrupt the hardware number that was asked for
          interrupt 4 is hwirq 2 of irq_domain 3, asked for 3
      mapping or associating a hardware number leaves it with one interrupt
          hwirq 2 belongs to interrupts 3 and 4
      a mapping gets a number from its hint on, while one is free there
          hwirq 20 got interrupt 5, 20 is free
      the vector of an interrupt is taken by that interrupt
          interrupt 1 has vector 0, which is taken by 2
      as many vectors are taken as interrupts reach the root domain
          3 vectors are taken, 2 interrupts reach the root
      an interrupt has the mask of its vector and whether it is managed, or all CPUs when no mask was given
          interrupt 2 has mask 15 managed, given was 6 managed
      every interrupt of an MSI domain has handler and handler data exactly when the info of the domain has them
          interrupt 2 has handler "edge" and data 0
      an interrupt that is in no MSI domain has no handler data
          interrupt 3 has handler data 1"
    `);
  });

  test('for rules about operations, activation and messages', () => {
    expect(report(OPERATIONS)).toMatchInlineSnapshot(`
      "msi_check agrees before msi_prepare is called
          msi_prepare without an msi_check that returned 0
      an allocation is prepared once, before its first descriptor
          msi_prepare a second time
      set_desc comes before get_hwirq, which comes before the parent allocates
          get_hwirq without a set_desc before it
      msi_init is called when the parent has allocated the interrupt
          msi_init of interrupt 7, which the parent does not have
      after a failed msi_init the vectors before it are freed newest first
          msi_free of interrupt 5 after 7
      a message is composed right before it is written
          interrupt 2 got a message that was not composed for it
      msi_finish is called once, after handle_error and after the last interrupt is allocated
          handle_error after msi_finish
      msi_post_free comes once, when the interrupts are freed
          free of interrupt 3 after msi_post_free
      a call allocates through domain_alloc_irqs once at most, and frees through domain_free_irqs once
          domain_free_irqs comes again, or too late
      an interrupt had one successful msi_init more than msi_free while it is in an MSI domain, and else as many
          interrupt 1: msi_init succeeded 0 times more than msi_free ran, not 1
      each level of an interrupt allocated it, or mapped it, once more than it freed it, and every other level as often
          interrupt 3: domain 1 allocated it 1 times more than it freed it, not 0
      a level is activated, and a message written, when the levels below are active
          domain 1 for interrupt 5, whose parent is not active
      a level is deactivated when the message is cleared and the levels above are inactive
          domain 0 of interrupt 1, whose outer level is active
      no level frees an interrupt of a descriptor that it still has active
          domain 0 frees interrupt 1 while it is active
      each level of an active interrupt was activated once more than deactivated, and none of an inactive one
          interrupt 2 is active, domain 0 was activated 2 times more than deactivated
      every vector is active with MSI_FLAG_ACTIVATE_EARLY, unless it is reserved or no CPU is online for a managed one, and none without
          interrupt 2 is inactive
      all vectors of a descriptor are in reservation mode, or none, as domain and first descriptor decide
          interrupt 2 is in reservation mode
      a managed interrupt is marked for managed shutdown, and no other is
          irq_desc 2 of step 2 is managed, but not marked
      the message in a descriptor is the one last written for its first vector
          msi_desc 1 of step 1 has message 4276092928:16385, 16384 was written
      the message of an active interrupt names its own vector
          interrupt 2 with vector 1 has message 16384
      an inactive interrupt has no message programmed
          interrupt 2 is inactive, message 16385 is written
      get_cached_msi_msg answers with the message in the descriptor of the interrupt
          slot 3 has message 16384, answered 0"
    `);
  });

  test('for rules about domains, devices and resources', () => {
    expect(report(OWNERS)).toMatchInlineSnapshot(`
      "a call that makes a domain has made one exactly when it says so, and one that removes a domain leaves none
          msi_create_irq_domain says 1, a domain is not there, and was not made
      the domains of the environment are there until a driver removes them
          there is no domain msi
      device_add and device_release make a device come and go, dev_set_msi_domain gives it an MSI domain, and msi_setup_device_data says whether it has MSI data
          device 0 has MSI domain 2, not 1
      on the list of a device each node stands behind those that are older, but for the ends of groups
          device 0 lists devres 1 of step 1 behind one of step 3
      a group that is closed has its end at the end of the list, and one that is removed or released is gone
          group 2 of device 0 after devres_remove_group
      a domain has the root of its parent, which lives, or is a root itself
          domain PFX-MSI-dev0-15 has root 4, its parent 1
      an MSI domain has the default operations that it asked for and does not provide, and no others
          domain PFX-MSI-dev0-15 got get_hwirq msi_prepare, expected get_hwirq msi_init msi_prepare
      an MSI domain has a firmware node, and an info with its bus token and the hwsize that was asked for, 65536 for none, which is its own when it is of a device
          domain PFX-MSI-dev0-15 has hwsize 0
      a per-device domain is in exactly one slot of its device, which has MSI data
          irq_domain 4 of step 1 is in 2 slots of device 1
      the linear map of a domain has the size that was asked for, and a hierarchy all 32-bit numbers
          domain level1 has a map for 1, not 0
      a domain is marked as hierarchical, as an MSI domain, as that of a device or as an MSI parent exactly when it is one
          domain level1 is , expected IRQ_DOMAIN_FLAG_HIERARCHY IRQ_DOMAIN_FLAG_MSI_PARENT
      a domain has a name of its own from the beginning, and keeps it
          domain level1 is called level2 now
      a per-device domain is named after the prefix of its parent, its chip and its device, and its bus token
          the firmware node of domain PFX-MSI-dev1-15 is called PFX-MSI-dev1, its chip PFX-MSI-dev0
      a domain that is gone had no interrupts, and its name, its firmware node and its bundle are gone too
          domain wired is gone, 1 interrupts are in it
      a device that was released has no MSI data, no resources and no files
          device 0 has msi_data 1, 5 resources, 2 files
      the MSI data of a device live and refer back to it, and are zeroed when they are made
          the MSI data of device 0 refer to device 2
      a slot for a domain in the MSI data has a domain of its device, or a global one, never an MSI parent
          domain id 1 of device 0 is level1, no MSI domain
      a device has the group msi_irqs exactly while it has MSI data
          device 0 has MSI data only
      resources of a device are released newest first
          resource 1 of device 0 after 0
      a resource leaves its device through one release, or through devres_free
          resource 1 of device 0 left without a release
      the list of a device holds nodes that live and know that they are on a list, each once
          device 0 lists devres 3 of driver, which is on no list
      the two markers of a group refer to each other, no other resource to any, and only open markers that a release has met have a color
          devres 5 of group_open refers to 3
      the MSI data of a device, which their node holds, are newer than their sysfs group, so that they are released first
          device 0 has node 0 for its MSI data, node 1 for the group"
    `);
  });

  test('for rules about memory', () => {
    expect(report(MEMORY)).toMatchInlineSnapshot(`
      "as many descriptors live as stores hold and were dropped with a WARN
          2 live, 1 have an owner
      as many arrays of affinity masks live as descriptors have one
          2 live, 1 have an owner
      as many arrays of sysfs entries live as descriptors have one
          2 live, 1 have an owner
      as many nodes of stores live as stores and other nodes refer to
          2 live, 1 have an owner
      as many nodes of reverse maps live as domains and other nodes refer to
          5 live, 4 have an owner
      as many pieces of irq_data live as there are interrupts, and levels below them
          9 live, 8 have an owner
      as many statistics live as there are interrupts
          5 live, 4 have an owner
      as many names live as domains, firmware nodes and sysfs entries have one
          11 live, 10 have an owner
      as many bundles live as there are per-device domains
          2 live, 1 have an owner
      as many nodes of device resources live as lists and open groups have
          7 live, 6 have an owner
      as many MSI data live as devices have them
          2 live, 1 have an owner
      a node of a tree counts its entries, and each node below it knows its place
          radix_tree_node 2 of step 2 is in slot 4 of 3, it says slot 5 of 3
      no descriptor, interrupt, resource or tree is left when the devices have no MSI data and drivers nothing of their own
          1 of irq_data are left
      every object has exactly one owner, and owners refer to nothing that is gone
          name 9 of step 2 has 2 owners"
    `);
  });
});

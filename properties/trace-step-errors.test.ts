// SPDX-License-Identifier: GPL-2.0-only
/** A step that cannot be read is refused with its line and what was expected. */
import { expect, test } from 'vitest';

import { ARG_KINDS } from '../src/trace/args.ts';
import { CALL_NAMES } from '../src/trace/call.ts';
import { SIGNATURES } from '../src/trace/signatures.ts';
import { complaints } from './trace-arbitrary.ts';

test('an unknown call is refused with the names that are like it', () => {
  expect(
    complaints(
      'msi_domain_alloc_irq_range(dev=0)',
      'msi_alloc_irqs(dev=0)',
      'devres_ad(dev=0)',
      'kmalloc(size=8)',
      '__proto__(dev=0)',
      'constructor(dev=0)',
      '(dev=0)',
      `${'x'.repeat(500)}(dev=0)`,
      '\x1b[31mred\x07(dev=0)',
    ),
  ).toMatchInlineSnapshot(`
    "a.trace:3: unknown call "msi_domain_alloc_irq_range"; expected one that \`list calls\` prints; e.g. msi_domain_alloc_irqs_range, msi_domain_alloc_irq_at, msi_domain_free_irqs_range
    a.trace:3: unknown call "msi_alloc_irqs"; expected one that \`list calls\` prints; e.g. msi_domain_alloc_irqs, msi_domain_alloc_irqs_range, msi_domain_alloc_irqs_all_locked
    a.trace:3: unknown call "devres_ad"; expected one that \`list calls\` prints; e.g. devres_add, device_add, devres_free
    a.trace:3: unknown call "kmalloc"; expected one that \`list calls\` prints; e.g. msi_lock_descs(dev=0)
    a.trace:3: unknown call "__proto__"; expected one that \`list calls\` prints; e.g. msi_lock_descs(dev=0)
    a.trace:3: unknown call "constructor"; expected one that \`list calls\` prints; e.g. msi_lock_descs(dev=0)
    a.trace:3: unknown call ""; expected one that \`list calls\` prints; e.g. msi_lock_descs(dev=0)
    a.trace:3: unknown call "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."; expected one that \`list calls\` prints; e.g. msi_lock_descs(dev=0)
    a.trace:3: unknown call "?[31mred?"; expected one that \`list calls\` prints; e.g. msi_lock_descs(dev=0)"
  `);
});

test('a call that the release does not have is refused', () => {
  expect(
    complaints(
      'msi_get_virq(dev=0, index=0)',
      'release: 6.1\nmsi: global\nmsi_domain_get_virq(dev=0, domid=0, index=0)',
    ),
  ).toMatchInlineSnapshot(`
    "a.trace:3: release 6.12 has no msi_get_virq; expected a call of 6.12, see \`list calls\`; e.g. msi_domain_get_virq, msi_next_desc
    a.trace:5: release 6.1 has no msi_domain_get_virq; expected a call of 6.1, see \`list calls\`; e.g. msi_domain_free_irqs, msi_get_virq, msi_domain_alloc_irqs"
  `);
});

test('a line that ends too early is refused with what is missing', () => {
  expect(
    complaints(
      'msi_lock_descs',
      'msi_lock_descs(',
      'msi_lock_descs(dev=0',
      'msi_lock_descs(dev=0) (',
      'msi_lock_descs(dev=0) (fail: xa_node 1',
      'msi_lock_descs(dev=0) (fail: xa_node',
      'msi_lock_descs(dev=0) nonsense',
      'msi_lock_descs(dev=0))',
    ),
  ).toMatchInlineSnapshot(`
    "a.trace:3: no "(" in "msi_lock_descs"; expected "CALL(ARGUMENT=VALUE, ...)"; e.g. msi_lock_descs(dev=0)
    a.trace:3: the line ends within the arguments; expected a closing ")"; e.g. msi_lock_descs(dev=0)
    a.trace:3: the line ends within the arguments; expected a closing ")"; e.g. msi_lock_descs(dev=0)
    a.trace:3: the line ends within a fault; expected a closing ")"; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: the line ends within a fault; expected a closing ")"; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: the line ends within a fault; expected a closing ")"; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: "nonsense" follows the call; expected nothing, or faults in parentheses; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: ")" follows the call; expected nothing, or faults in parentheses; e.g. (fail: msi_alloc_desc 1)"
  `);
});

test('an argument that is unknown, missing, there twice or nameless is refused', () => {
  expect(
    complaints(
      'devres_add(dev=0, domid=0)',
      'devres_add(dev=0)',
      'devres_add()',
      'devres_add(dev=0, res=0, dev=0)',
      'devres_add(dev=0, 1)',
      'devres_add(dev=0,, res=1)',
      'devres_add(__proto__=0, dev=0, res=0)',
      'devres_open_group(dev=0, res=1)',
    ),
  ).toMatchInlineSnapshot(`
    "a.trace:3: unknown argument "domid" of devres_add; expected one of dev, res; e.g. devres_add(dev=0, res=0)
    a.trace:3: argument res of devres_add is missing; expected a resource or group of the driver, 0..2; e.g. devres_add(dev=0, res=0)
    a.trace:3: argument dev of devres_add is missing; expected a device, 0..2; e.g. devres_add(dev=0, res=0)
    a.trace:3: argument dev of devres_add is there twice; expected it once; e.g. devres_add(dev=0, res=0)
    a.trace:3: "1" is no argument; expected "ARGUMENT=VALUE"; e.g. devres_add(dev=0, res=0)
    a.trace:3: "" is no argument; expected "ARGUMENT=VALUE"; e.g. devres_add(dev=0, res=0)
    a.trace:3: unknown argument "__proto__" of devres_add; expected one of dev, res; e.g. devres_add(dev=0, res=0)
    a.trace:3: unknown argument "res" of devres_open_group; expected one of dev, id; e.g. devres_open_group(dev=0, id=0)"
  `);
});

test('an impossible value of an argument is refused with what is expected of its kind', () => {
  const steps = CALL_NAMES.flatMap((fn) => {
    const { args } = SIGNATURES[fn];
    return args.map(({ name: wrong, kind }) => {
      const rest = args.map(
        (arg) => `${arg.name}=${arg.name === wrong ? 'x' : ARG_KINDS[arg.kind].example}`,
      );
      return { kind, text: `${fn}(${rest.join(', ')})` };
    });
  });
  const one = Object.keys(ARG_KINDS).map(
    (kind) => steps.find((step) => step.kind === kind)?.text ?? kind,
  );
  expect(complaints(...one)).toMatchInlineSnapshot(`
    "a.trace:3: impossible value "x" of dev; expected a device, 0..2; e.g. dev=0
    a.trace:3: impossible value "x" of domid; expected a domain id of a device, 0..2; e.g. domid=0
    a.trace:3: impossible value "x" of msi_index; expected a slot, 0..65536; e.g. msi_index=0
    a.trace:3: impossible value "x" of index; expected a slot, 0..65536, or MSI_ANY_INDEX; e.g. index=MSI_ANY_INDEX
    a.trace:3: impossible value "x" of nvec_used; expected a number of vectors, 1..32; e.g. nvec_used=1
    a.trace:3: impossible value "x" of affinity; expected "none", or a mask of CPUs 0x0..0xf, with "managed:" in front or not; e.g. affinity=managed:0x3
    a.trace:3: impossible value "x" of msi_attrib; expected one of none, msix, maskable, msix+maskable; e.g. msi_attrib=none
    a.trace:3: impossible value "x" of filter; expected one of MSI_DESC_ALL, MSI_DESC_NOTASSOCIATED, MSI_DESC_ASSOCIATED; e.g. filter=MSI_DESC_ALL
    a.trace:3: impossible value "x" of nirqs; expected a number of interrupts, 0..65537; e.g. nirqs=1
    a.trace:3: impossible value "x" of lock; expected one of yes, no; e.g. lock=yes
    a.trace:3: impossible value "x" of hwsize; expected a size of a domain, where 0 is unlimited, 0..65537; e.g. hwsize=8
    a.trace:3: impossible value "x" of domain; expected one of vector, level1, level2, msi, wired, extra; e.g. domain=vector
    a.trace:3: impossible value "x" of hwirq; expected a hardware interrupt number, 0..65536; e.g. hwirq=0
    a.trace:3: impossible value "x" of block; expected a block of interrupts, 0..2; e.g. block=0
    a.trace:3: impossible value "x" of vec; expected a vector, 0..31; e.g. vec=0
    a.trace:3: impossible value "x" of bus_token; expected one of DOMAIN_BUS_ANY, DOMAIN_BUS_WIRED, DOMAIN_BUS_PCI_MSI, DOMAIN_BUS_PLATFORM_MSI, DOMAIN_BUS_PCI_DEVICE_MSI, DOMAIN_BUS_PCI_DEVICE_MSIX, DOMAIN_BUS_DEVICE_MSI, DOMAIN_BUS_WIRED_TO_MSI; e.g. bus_token=DOMAIN_BUS_ANY
    a.trace:3: impossible value "x" of res; expected a resource or group of the driver, 0..2; e.g. res=0
    a.trace:3: impossible value "x" of icookie; expected a cookie, where 0 is a NULL pointer, 0..2147483648; e.g. icookie=0
    a.trace:3: impossible value "x" of type; expected one of IRQ_TYPE_NONE, IRQ_TYPE_EDGE_RISING, IRQ_TYPE_LEVEL_HIGH; e.g. type=IRQ_TYPE_NONE"
  `);
  expect(
    complaints('device_add(dev=-1)', 'device_add(dev=3)', 'device_add(dev=00)', 'device_add(dev=)'),
  ).toMatchInlineSnapshot(`
    "a.trace:3: impossible value "-1" of dev; expected a device, 0..2; e.g. dev=0
    a.trace:3: impossible value "3" of dev; expected a device, 0..2; e.g. dev=0
    a.trace:3: impossible value "00" of dev; expected a device, 0..2; e.g. dev=0
    a.trace:3: impossible value "" of dev; expected a device, 0..2; e.g. dev=0"
  `);
});

test('a fault with an unknown site, an unknown operation, one that cannot fail or a wrong number is refused', () => {
  const faults = [
    '(fail: kmalloc 1)',
    '(fail: any 1)',
    '(fail: xa_node 0)',
    '(fail: xa_node 2..4)',
    '(fail: xa_node 3..2)',
    '(fail: xa_node 1 2)',
    '(fail_nth: 1000001)',
    '(fail_nth: )',
    '(callback: msi_inti 1 = -1)',
    '(callback: toString 1 = -1)',
    '(callback: set_desc 1 = -1)',
    '(callback: msi_init x = -1)',
    '(callback: msi_init 1 = -EFUN)',
    '(callback: msi_init)',
    '(explode: 1)',
    '()',
  ];
  expect(complaints(...faults.map((text) => `msi_lock_descs(dev=0) ${text}`)))
    .toMatchInlineSnapshot(`
    "a.trace:3: unknown site "kmalloc"; expected one of msi_alloc_desc, xa_node, alloc_dr, devres_open_group, sysfs_create_group, msi_sysfs_populate_desc, sysfs_add_file_to_group, msi_create_device_irq_domain, __irq_domain_alloc_fwnode, __irq_domain_create, irq_domain_set_name, irq_domain_update_bus_token, alloc_desc, init_desc, maple_node, irq_domain_insert_irq_data, irq_domain_push_irq, radix_tree_node, or (fail_nth: N) for any site; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: unknown site "any"; expected one of msi_alloc_desc, xa_node, alloc_dr, devres_open_group, sysfs_create_group, msi_sysfs_populate_desc, sysfs_add_file_to_group, msi_create_device_irq_domain, __irq_domain_alloc_fwnode, __irq_domain_create, irq_domain_set_name, irq_domain_update_bus_token, alloc_desc, init_desc, maple_node, irq_domain_insert_irq_data, irq_domain_push_irq, radix_tree_node, or (fail_nth: N) for any site; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: impossible count "0"; expected a number, 1..1000000; e.g. 1
    a.trace:3: impossible counts "2..4"; expected N, N..N+1 or N..; e.g. 2..3
    a.trace:3: impossible counts "3..2"; expected N, N..N+1 or N..; e.g. 3..4
    a.trace:3: "xa_node 1 2" fails nothing; expected "SITE N"; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: impossible count "1000001"; expected a number, 1..1000000; e.g. 1
    a.trace:3: impossible count ""; expected a number, 1..1000000; e.g. 1
    a.trace:3: unknown operation "msi_inti"; expected one of msi_init, msi_check, msi_prepare, handle_error, domain_alloc_irqs, msi_translate, alloc, activate, map, init_dev_msi_info; e.g. msi_init 2 = -ENOMEM
    a.trace:3: unknown operation "toString"; expected one of msi_init, msi_check, msi_prepare, handle_error, domain_alloc_irqs, msi_translate, alloc, activate, map, init_dev_msi_info; e.g. msi_init 2 = -ENOMEM
    a.trace:3: operation set_desc cannot fail; expected one of msi_init, msi_check, msi_prepare, handle_error, domain_alloc_irqs, msi_translate, alloc, activate, map, init_dev_msi_info; e.g. msi_init 2 = -ENOMEM
    a.trace:3: impossible count "x"; expected a number, 1..1000000; e.g. 1
    a.trace:3: impossible result "-EFUN"; expected a number or one of -EPERM, -ENOENT, -EIO, -ENOMEM, -EBUSY, -EEXIST, -ENODEV, -EINVAL, -ENOSPC, -ERANGE, -ENOSYS, -ENOTSUPP, -ENOTCONN; e.g. -ENOMEM
    a.trace:3: "msi_init" forces nothing; expected "OPERATION NTH = RESULT"; e.g. msi_init 2 = -ENOMEM
    a.trace:3: unknown fault "explode: 1"; expected "(fail: SITE N)", "(fail_nth: N)" or "(callback: OPERATION N = RESULT)"; e.g. (fail: msi_alloc_desc 1)
    a.trace:3: unknown fault ""; expected "(fail: SITE N)", "(fail_nth: N)" or "(callback: OPERATION N = RESULT)"; e.g. (fail: msi_alloc_desc 1)"
  `);
});

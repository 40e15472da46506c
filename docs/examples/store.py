#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The descriptors of devices without an MSI domain as a program for msicheck, see docs/protocol.md."""
import re
import sys

GREETING = """msicheck protocol 1
name: store in Python
release: 6.12
calls: msi_setup_device_data msi_lock_descs msi_unlock_descs
calls: msi_domain_insert_msi_desc msi_domain_free_msi_descs_range
only: msi_domain_insert_msi_desc(domid=0|1, affinity=none)
only: msi_domain_free_msi_descs_range(domid=0|1)
shows: ret dead lock descriptor(dev,domid,msi_index,nvec_used)
can: restart
ready"""
MSI_MAX_INDEX, EBUSY = 65535, 16
data, held, store = set(), set(), {}  # devices; nvec_used by device, domid and index


def call(name, dev, args):
    """What it returns, or None when a kernel does not survive it: NULL is followed, a mutex taken twice."""
    if name == "msi_setup_device_data":
        data.add(dev)
    elif dev not in data or (dev in held and name != "msi_unlock_descs" and "lock" not in args):
        return None
    elif name == "msi_lock_descs":
        held.add(dev)
    elif name == "msi_unlock_descs":
        held.discard(dev)
    elif name == "msi_domain_insert_msi_desc":
        slot = dev, args["domid"], int(args["msi_index"]) & MSI_MAX_INDEX
        if slot in store:
            return -EBUSY
        store[slot] = args["nvec_used"]
    elif int(args["last"]) <= MSI_MAX_INDEX:  # otherwise a WARN
        for slot in [slot for slot in store if slot[:2] == (dev, args["domid"])]:
            if int(args["first"]) <= slot[2] <= int(args["last"]):
                del store[slot]
    return 0


print(GREETING, flush=True)
for line in map(str.strip, sys.stdin):
    if field := re.match(r"(\w+): *(.*)", line):  # of the environment; no answer
        can = field[2] == "none" if field[1] == "msi" else field[1] == "environment" or can
    elif line == "start":
        data, held, store = set(), set(), {}
        print("ok" if can else "no MSI domains here", flush=True)
    elif line == "state":
        slots = (f"descriptor(dev={s[0]},domid={s[1]},msi_index={s[2]},nvec_used={n})" for s, n in store.items())
        print(*(f"lock(of=device{dev})" for dev in held), *slots, flush=True)
    else:
        args = dict(re.findall(r"(\w+)=([\w:+]+)", line))
        ret = call(line.split("(")[0], args["dev"], args)
        print("dead=yes" if ret is None else f"ret={ret}", flush=True)

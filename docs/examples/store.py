#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The descriptors of devices without an MSI domain as a program for msicheck, see docs/protocol.md."""
import re
import sys

GREETING = """msicheck protocol 1
name: store in Python
release: 6.12
calls: msi_setup_device_data msi_lock_descs msi_unlock_descs msi_domain_insert_msi_desc
calls: msi_domain_free_msi_descs_range msi_domain_first_desc msi_next_desc
only: msi_domain_insert_msi_desc(affinity=none)
shows: ret dead lock descriptor(dev,domid,msi_index,nvec_used)
can: restart
ready"""
MSI_MAX_INDEX, DOMIDS, EBUSY, NULL = 65535, 2, 16, -1


class Death(Exception):
    """A kernel does not survive this: NULL is followed, or a mutex is taken twice."""


class Device:
    def __init__(self):
        self.data, self.held, self.cursor = False, False, 0
        self.stores = [{} for _ in range(DOMIDS)]  # nvec_used by index

    def lock(self):
        if not self.data or self.held:
            raise Death
        self.held = True

    def unlock(self):
        self.held, self.cursor = False, MSI_MAX_INDEX
        if not self.data:
            raise Death

    def find(self, domid, start, filter):
        """The next descriptor; none has an interrupt here. Answered with a WARN where there is no store."""
        if not self.data or domid >= DOMIDS or start > MSI_MAX_INDEX:
            return NULL
        found = [] if filter == "MSI_DESC_ASSOCIATED" else [i for i in self.stores[domid] if i >= start]
        self.cursor = min(found, default=MSI_MAX_INDEX)
        return min(found, default=NULL)

    def insert(self, domid, msi_index, nvec_used):
        if not self.data or domid >= DOMIDS:
            raise Death
        if msi_index & MSI_MAX_INDEX in self.stores[domid]:
            return -EBUSY
        self.stores[domid][msi_index & MSI_MAX_INDEX] = nvec_used
        return 0

    def free(self, domid, first, last):
        if not self.data:
            raise Death
        if domid < DOMIDS and last <= MSI_MAX_INDEX:  # a range that is none: a WARN
            self.stores[domid] = {i: n for i, n in self.stores[domid].items() if not first <= i <= last}
        return 0


def call(device, name, args):
    number = {key: int(value) for key, value in args.items() if value.isdigit()}
    if name == "msi_setup_device_data":
        device.data = True
    elif name == "msi_lock_descs":
        device.lock()
    elif name == "msi_unlock_descs":
        device.unlock()
    else:
        wraps = "lock" not in args
        if wraps:
            device.lock()
        domid, ret = number["domid"], 0
        if name == "msi_domain_insert_msi_desc":
            ret = device.insert(domid, number["msi_index"], number["nvec_used"])
        elif name == "msi_domain_free_msi_descs_range":
            ret = device.free(domid, number["first"], number["last"])
        else:
            ret = device.find(domid, 0 if name == "msi_domain_first_desc" else device.cursor + 1, args["filter"])
        if wraps:
            device.unlock()
        return ret
    return 0


def state(devices):
    for d, device in enumerate(devices):
        if device.held:
            yield f"lock(of=device{d})"
        for domid, store in enumerate(device.stores):
            for index, nvec in store.items():
                yield f"descriptor(dev={d},domid={domid},msi_index={index},nvec_used={nvec})"


def answer(devices, fields, line):
    if line == "start":
        devices[:] = [Device() for _ in range(int(fields["devices"]))]
        return "ok" if fields["msi"] == "none" else "no MSI domains here"
    if line == "state":
        return " ".join(state(devices))
    args = dict(re.findall(r"(\w+)=([\w:+]+)", line))
    try:
        return f"ret={call(devices[int(args['dev'])], line.split('(')[0], args)}"
    except Death:
        return "dead=yes"


def main():
    print(GREETING, flush=True)
    devices, fields = [], {}
    for line in map(str.strip, sys.stdin):
        if field := re.match(r"(\w+): *(.*)", line):
            fields[field[1]] = field[2]  # of the environment; no answer
        else:
            print(answer(devices, fields, line), flush=True)


main()

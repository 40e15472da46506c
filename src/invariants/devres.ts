// SPDX-License-Identifier: GPL-2.0-only
/** Device resources. */
import { Fact } from './facts.ts';
import type { Rule } from './rule.ts';
import { named } from './view.ts';
import { happens } from './situation.ts';
import { dataChanged, resourceReleased } from './situations.ts';

/** The order matters: what is newer may use what is older. */
export const newestFirst: Rule = {
  name: 'resources of a device are released newest first',
  source: 'drivers/base/devres.c release_nodes()',
  ops: ['release'],
  callback: ({ dev, arg }, { devices, deviceAt, progress }) => {
    const order = devices[deviceAt[dev] ?? 0]?.order ?? [];
    const at = order.indexOf(arg);
    if (at < 0) return `resource ${arg} of device ${dev}, which is not on the list`;
    return at < progress.release
      ? undefined
      : `resource ${arg} of device ${dev} after ${order[progress.release] ?? 'nothing'}`;
  },
  sometimes: [
    resourceReleased,
    happens(
      'two resources were released in one step',
      Fact.RELEASED,
      ({ callbacks }) => callbacks.filter(({ op }) => op === 'release').length > 1,
    ),
  ],
};

/** Forgetting is not releasing: devres_free() is the only way without. */
export const releasedOnce: Rule = {
  name: 'a resource leaves its device through one release, or through devres_free',
  source: 'drivers/base/devres.c devres_release(), devres_release_all(), devres_free()',
  belongings: ({ address, device }, { devices, call }) => {
    const past = devices[address];
    if (past === undefined) return undefined;
    for (let i = 0; i < past.orderWas.length; i += 1) {
      const res = past.orderWas[i] ?? 0;
      const left = !past.order.includes(res);
      const ran = (past.released & (1 << res)) !== 0;
      if (left !== ran && !(left && call.fn === 'devres_free'))
        return `resource ${res} of device ${device.handle} ${left ? 'left without a release' : 'was released and stayed'}`;
    }
    return undefined;
  },
  sometimes: [resourceReleased],
};

/** The list of a device. */
export const listedOnce: Rule = {
  name: 'the list of a device holds nodes that live and know that they are on a list, each once',
  source: 'drivers/base/devres.c add_dr(), remove_nodes()',
  belongings: ({ picture, device }) => {
    const { devres_head } = device;
    for (let i = 0; i < devres_head.length; i += 1) {
      const address = devres_head[i] ?? 0;
      const node = picture.devres.objects[address];
      if (node === undefined)
        return `device ${device.handle} lists devres ${address}, which is gone`;
      if (!node.added)
        return `device ${device.handle} lists devres ${address} of ${node.release}, which is on no list`;
      if (devres_head.indexOf(address) !== i)
        return `device ${device.handle} lists devres ${address} twice`;
    }
    return undefined;
  },
  sometimes: [resourceReleased, dataChanged],
};

/** Being newer means being released first. The end of a group is as old as its beginning. */
export const inOrderOfAge: Rule = {
  name: 'on the list of a device each node stands behind those that are older, but for the ends of groups',
  source: 'drivers/base/devres.c add_dr(), remove_nodes()',
  belongings: ({ picture, device }) => {
    let newest = 0;
    for (let i = 0; i < device.devres_head.length; i += 1) {
      const address = device.devres_head[i] ?? 0;
      const birth = picture.devres.birth[address] ?? 0;
      if (picture.devres.objects[address]?.release === 'group_close') continue;
      if (birth < newest)
        return `device ${device.handle} lists ${named(picture.devres, address)} behind one of step ${newest}`;
      newest = birth;
    }
    return undefined;
  },
  sometimes: [resourceReleased, dataChanged],
};

/** Releasing a group is the end of it, also where others begin or end inside. */
export const groupsEnd: Rule = {
  name: 'a group that is closed has its end at the end of the list, and one that is removed or released is gone',
  source: 'drivers/base/devres.c devres_close_group(), devres_remove_group(), remove_nodes()',
  calls: ['devres_close_group', 'devres_remove_group', 'devres_release_group'],
  step: ({ picture, splats }, { call: { fn, dev, res }, deviceAt }) => {
    const list = picture.device.objects[deviceAt[dev] ?? 0]?.devres_head ?? [];
    const nodes = list.map((address) => picture.devres.objects[address]);
    const isOf = (node: (typeof nodes)[number], kind: string): boolean =>
      node?.release === kind && node.data === res;
    const last = nodes.at(-1);
    const ends =
      fn === 'devres_close_group'
        ? splats.length > 0 || isOf(last, 'group_close')
        : !nodes.some((node) => isOf(node, 'group_open') || isOf(node, 'group_close'));
    return ends ? undefined : `group ${res} of device ${dev} after ${fn}`;
  },
  sometimes: [
    happens(
      'a group was released',
      Fact.RELEASED,
      (_observation, { call }) => call.fn === 'devres_release_group',
    ),
  ],
};

const NONE = { release: '', data: 0 } as const;

/** So that the domains and descriptors are gone before the directory of their files is. */
export const dataAfterGroup: Rule = {
  name: 'the MSI data of a device, which their node holds, are newer than their sysfs group, so that they are released first',
  source: 'kernel/irq/msi.c msi_setup_device_data()',
  belongings: ({ picture, device }) => {
    if (device.msi_data === 0) return undefined;
    let group = -1;
    let data = -1;
    for (let i = 0; i < device.devres_head.length; i += 1) {
      const { release, data: held } = picture.devres.objects[device.devres_head[i] ?? 0] ?? NONE;
      if (release === 'devm_attr_group_remove') group = i;
      else if (release === 'msi_device_data_release') data = i;
      else continue;
      if (held !== (data === i ? device.msi_data : 0))
        return `node ${i} of device ${device.handle} holds ${held}`;
    }
    if (group >= 0 && data > group) return undefined;
    return `device ${device.handle} has ${data < 0 ? 'no node' : `node ${data}`} for its MSI data, ${group < 0 ? 'none' : `node ${group}`} for the group`;
  },
  sometimes: [dataChanged],
};

/** Whoever finds one marker of a group finds the other; colors are what the last release of a range left. */
export const markersKnowEachOther: Rule = {
  name: 'the two markers of a group refer to each other, no other resource to any, and only open markers that a release has met have a color',
  source: 'drivers/base/devres.c devres_open_group(), remove_nodes(), struct devres_group',
  belongings: ({ picture, device }, { call }) => {
    const { devres_head } = device;
    for (let i = 0; i < devres_head.length; i += 1) {
      const address = devres_head[i] ?? 0;
      const node = picture.devres.objects[address];
      if (node === undefined) continue;
      const other = picture.devres.objects[node.other];
      const wanted = otherMarker(node.release);
      const fits =
        wanted === undefined
          ? node.other === 0
          : other?.release === wanted && other.other === address && other.data === node.data;
      if (!fits) return `devres ${address} of ${node.release} refers to ${node.other}`;
      const isNew = call.fn === 'devres_open_group' && i === devres_head.length - 1;
      const colored = node.release === 'group_open' && !isNew ? other : node;
      if (colored?.color !== 0) return `devres ${address} of ${node.release} has a color`;
    }
    return undefined;
  },
  sometimes: [resourceReleased],
};

function otherMarker(release: string): string | undefined {
  if (release === 'group_open') return 'group_close';
  return release === 'group_close' ? 'group_open' : undefined;
}

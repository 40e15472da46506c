// SPDX-License-Identifier: GPL-2.0-only
/** The specification's table of contents: every rule, and every situation that one needs. */
import * as activation from './activation.ts';
import * as affinity from './affinity.ts';
import * as balance from './balance.ts';
import * as device from './device.ts';
import * as devres from './devres.ts';
import * as domain from './domain.ts';
import * as domainName from './domain-name.ts';
import { flagsOfItsParent, passesOn } from './flags.ts';
import * as fault from './fault.ts';
import * as handler from './handler.ts';
import * as irq from './irq.ts';
import * as iterate from './iterate.ts';
import * as lock from './lock.ts';
import * as mapping from './mapping.ts';
import * as memory from './memory.ts';
import * as message from './message.ts';
import * as operation from './operation.ts';
import * as order from './order.ts';
import { oneOwner } from './ownership.ts';
import * as reason from './reason.ts';
import type { Rule, Situation } from './rule.ts';
import * as slots from './slots.ts';
import { SPLATS } from './splat.ts';
import * as store from './store.ts';
import * as sysfs from './sysfs.ts';
import * as trigger from './trigger.ts';
import * as twoPasses from './two-passes.ts';
import * as vector from './vector.ts';

/** Rules by kernel concept. The first that is broken is the one that is reported. */
export const RULES: readonly Rule[] = [
  ...SPLATS,

  lock.heldInPairsOnly,
  lock.domainsUnlocked,
  lock.unlockedAtTheEnd,

  store.inOneStore,
  store.slotHoldsItsDescriptor,
  store.belowHwsize,
  store.droppedForItsInterrupt,
  store.holdsWhatWasGiven,
  iterate.visitsInOrder,
  iterate.unlockEndsIteration,
  iterate.findsTheInterrupt,
  iterate.mapsSlotToInterrupt,
  slots.placedWhereAsked,
  slots.rangeIsDone,
  slots.descriptorsGo,
  slots.othersStay,

  irq.vectorsKnowTheirDescriptor,
  irq.inRangeOfItsDescriptor,
  irq.ownedWhileAllocated,
  irq.findsItsDesc,
  irq.withinLimits,
  irq.chainFollowsDomains,
  irq.chipsSet,
  irq.inTheDomainOfItsDescriptor,
  irq.unmappedHasNoNumber,
  irq.requestableWhenMapped,
  irq.blockAsAnswered,
  trigger.triggerStored,
  trigger.triggerKept,

  mapping.findsMapped,
  mapping.holdsMappedOnly,
  mapping.countsMapped,
  mapping.numberedFromGetHwirq,
  mapping.firstNumberIsNew,
  mapping.belowHwirqMax,
  mapping.answersWithTheMapped,
  mapping.mapsWhatWasAsked,
  mapping.mappedOnce,
  mapping.numberedFromItsHint,
  vector.hasItsVector,
  vector.vectorsConserved,
  reason.refusedForAReason,
  reason.noSpaceForAReason,

  order.checkedFirst,
  order.preparedOnce,
  order.describedFirst,
  order.parentBeforeInit,
  order.rolledBackNewestFirst,
  order.composedFirst,
  order.finishedLast,
  order.postFreeLast,
  order.overriddenOnce,
  operation.providedOnly,
  operation.voidReturnsNothing,
  operation.calledForItsDevice,
  operation.readiedFirst,
  operation.heardOfReleases,
  operation.rootIsAsked,
  operation.composedByItsLevel,
  operation.refusedStaysUnmapped,
  twoPasses.finishedAlways,
  twoPasses.errorsHandled,
  operation.answersAsTold,
  balance.initBalances,
  balance.levelsBalance,

  activation.parentsFirst,
  activation.outermostFirst,
  activation.freedInactive,
  activation.activationBalances,
  activation.activeWhenWanted,
  activation.reservedTogether,
  activation.managedShutdown,

  message.cachesWhatWasWritten,
  message.namesItsVector,
  message.silentWhileInactive,
  message.answersWithTheCached,

  affinity.copiesMasks,
  affinity.spreadsMasks,
  handler.handledAsTheInfoSays,
  handler.nothingLeftOfTheHandler,

  sysfs.entriesWhileAssociated,
  sysfs.entriesGoFirst,
  sysfs.filesAreEntries,
  sysfs.groupWithData,

  domain.comesAndGoes,
  domain.thereFromTheStart,
  domain.rootedInItsParent,
  domain.flagsFit,
  domain.linearAsAsked,
  domain.infoFits,
  domain.defaultsFilledIn,
  flagsOfItsParent,
  passesOn,
  domain.inOneSlot,
  domainName.nameStays,
  domainName.namedAfterItsDevice,
  domain.takesEverythingAlong,

  device.asTheDriverSays,
  device.releasedDeviceHasNothing,
  device.dataKnowsDevice,
  device.slotHasDomain,
  devres.newestFirst,
  devres.releasedOnce,
  devres.listedOnce,
  devres.inOrderOfAge,
  devres.groupsEnd,
  devres.dataAfterGroup,
  devres.markersKnowEachOther,

  memory.nodesKnowTheirPlace,
  ...memory.COUNTS,
  memory.nothingLeft,
  memory.shortageIsTold,
  fault.reachedFaultsFire,
  oneOwner,
];

/** What the rules need to have been reached, each once. */
export const SITUATIONS: readonly Situation[] = unique(RULES.flatMap(({ sometimes }) => sometimes));

function unique(situations: readonly Situation[]): readonly Situation[] {
  return situations.filter((one, i) => situations.findIndex(({ name }) => name === one.name) === i);
}

package org.kmemlab.mempool.pools;

import org.apache.commons.lang3.Validate;

/// Checks the invariants of a [BlockStore], whose numbers it cites.
final class StoreWalk {

    private final BlockStore store;
    private final BlockLinks links;
    private final RedZones redZones;

    StoreWalk(BlockStore store, BlockLinks links, RedZones redZones) {
        this.store = store;
        this.links = links;
        this.redZones = redZones;
    }

    void check() {
        checkList();
        long used = 0;
        long fresh = 0;
        for (BlockRegion region : store.regions()) {
            Validate.validState(region.isConsistent(),
                    "%s: I3: the bits of the region at 0x%x are not its %d blocks in use", store,
                    region.firstBlock, region.used);
            used += region.used;
            fresh += region.blocks - region.fresh;
            checkRedZones(region);
        }
        Validate.validState(used == store.used(), "%s: I3: %d bits are set, %d blocks are in use",
                store, used, store.used());
        Validate.validState(used + fresh + store.listed() == store.total(),
                "%s: I2: %d in use, %d never used and %d listed are not %d blocks", store, used,
                fresh, store.listed(), store.total());
    }

    private void checkList() {
        long length = 0;
        long previous = 0;
        for (long block = store.freeHead(); block != 0; block = links.get(block)) {
            Validate.validState(store.stateOf(block) == BlockState.FREE, "I1: %s",
                    store.badLink(previous, block));
            length++;
            Validate.validState(length <= store.listed(),
                    "%s: I1: the list is longer than its %d blocks", store, store.listed());
            previous = block;
        }
        Validate.validState(length == store.listed(), "%s: I1: the list has %d blocks, not %d",
                store, length, store.listed());
    }

    private void checkRedZones(BlockRegion region) {
        for (int block = 0; block < region.fresh; block++) {
            long address = region.addressOf(block);
            byte value = region.isInUse(block) ? RedZones.ACTIVE : RedZones.INACTIVE;
            long damaged = redZones.damagedByte(address, value);
            Validate.validState(damaged == 0, "%s: I4: somebody wrote to 0x%x, beside block 0x%x",
                    store, damaged, address);
        }
    }
}

package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;

/// Sheaves that callers borrow. If one fails, an allocation that was promised not to fail may fail,
/// or objects are lost with the sheaf that held them.
class PrefilledSheafTest {

    private static PrefilledSheaf borrow(SheafFixture s, int objects) {
        return Objects.requireNonNull(s.cache.prefillSheaf(s.cpu(0), GFP_KERNEL, objects));
    }

    @Test
    void prefillSheaf_nothingThere_fillsANewSheafWholly() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf sheaf = borrow(s, 2);

            assertThat(sheaf.size()).isEqualTo(4);
            assertThat(sheaf.capacity()).isEqualTo(4);
            assertThat(s.count(SheafStat.SHEAF_PREFILL_SLOW)).isEqualTo(1);
            assertThat(s.count(SheafStat.BARN_GET_FAIL)).isEqualTo(1);
            assertThat(s.count(SheafStat.SHEAF_REFILL)).isEqualTo(4);
            assertThat(s.sheaves().lent()).isEqualTo(4);
            assertThat(s.cache.snapshot().allocatedObjects()).isEqualTo(4);
            sheaf.giveBack(s.cpu(0), GFP_KERNEL);
            assertThat(s.shape(0)).isEqualTo("0 4 | | 0");
            assertThat(s.count(SheafStat.SHEAF_RETURN_FAST)).isEqualTo(1);
        }
    }

    @Test
    void prefillSheaf_spareHasEnough_isLentAsItIs() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 8);
            s.give(0, 7);
            s.take(0, 3);
            s.take(0, 2);
            assertThat(s.shape(0)).isEqualTo("2 0 | | 0");
            s.give(0, 6);
            assertThat(s.shape(0)).isEqualTo("4 4 | | 0");

            PrefilledSheaf sheaf = borrow(s, 3);

            assertThat(s.shape(0)).isEqualTo("4 - | | 0");
            assertThat(s.count(SheafStat.SHEAF_PREFILL_FAST)).isEqualTo(1);
            sheaf.giveBack(s.cpu(0), GFP_KERNEL);
        }
    }

    @Test
    void alloc_whileThereAreObjects_neverFails() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf sheaf = borrow(s, 3);
            s.f.slab.failslab().setIgnoreGfpWait(false);
            s.f.slab.failslab().attr().setProbability(100);
            s.f.slab.failslab().attr().setTimes(-1);

            for (int left = 3; left >= 0; left--) {
                long object = sheaf.alloc(s.cpu(0), GFP_ATOMIC);
                assertThat(object).isNotZero();
                s.held().add(object);
                assertThat(sheaf.size()).isEqualTo(left);
            }

            assertThat(sheaf.alloc(s.cpu(0), GFP_KERNEL)).isZero();
            assertThat(sheaf.refill(s.cpu(0), GFP_KERNEL, 99)).isFalse();
            s.f.slab.failslab().attr().setProbability(0);
            // Filling needs no new sheaf, only objects.
            assertThat(sheaf.refill(s.cpu(0), GFP_KERNEL, 1)).isTrue();
            assertThat(sheaf.size()).isEqualTo(4);
            sheaf.giveBack(s.cpu(0), GFP_KERNEL);
        }
    }

    @Test
    void alloc_zero_zeroesObjectsFromTheSheaf() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 4);
            s.held().forEach(object -> s.f.machine.memory().fill(object, 256, (byte) 1));
            s.give(0, 4);
            PrefilledSheaf sheaf = borrow(s, 4);

            for (int i = 0; i < 4; i++) {
                long object = sheaf.alloc(s.cpu(0), GFP_KERNEL.with(GfpFlags.ZERO));
                assertThat(s.f.get(object + 128)).isZero();
                s.held().add(object);
            }

            sheaf.giveBack(s.cpu(0), GFP_KERNEL);
        }
    }

    @Test
    void prefillSheaf_moreThanTheCapacity_makesOneForThisLoan() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf sheaf = borrow(s, 9);
            assertThat(sheaf.size()).isEqualTo(9);
            assertThat(s.count(SheafStat.SHEAF_PREFILL_OVERSIZE)).isEqualTo(1);
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(2);

            sheaf.giveBack(s.cpu(0), GFP_KERNEL);

            assertThat(s.shape(0)).isEqualTo("0 - | | 0");
            assertThat(s.count(SheafStat.SHEAF_FLUSH)).isEqualTo(9);
            assertThat(s.cache.snapshot().allocatedObjects()).isZero();
        }
    }

    @Test
    void refill_moreThanTheCapacity_exchangesTheSheaf() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf sheaf = borrow(s, 1);

            assertThat(sheaf.refill(s.cpu(0), GFP_KERNEL, 6)).isTrue();

            assertThat(sheaf.size()).isEqualTo(6);
            assertThat(s.shape(0)).isEqualTo("0 4 | | 0");
            sheaf.giveBack(s.cpu(0), GFP_KERNEL);
        }
    }

    @Test
    void giveBack_spareThere_isFilledForTheBarn() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf first = borrow(s, 4);
            PrefilledSheaf second = borrow(s, 4);
            s.held().add(second.alloc(s.cpu(0), GFP_KERNEL));
            first.giveBack(s.cpu(0), GFP_KERNEL);

            second.giveBack(s.cpu(0), GFP_KERNEL);

            assertThat(s.shape(0)).isEqualTo("0 4 | 4 | 0");
            assertThat(s.count(SheafStat.SHEAF_RETURN_SLOW)).isEqualTo(1);
            assertThat(s.count(SheafStat.BARN_PUT)).isEqualTo(1);
        }
    }

    @Test
    void prefillSheaf_faultInjected_failsAndLosesNothing() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.f.slab.failslab().setIgnoreGfpWait(false);
            s.f.slab.failslab().attr().setProbability(100);
            s.f.slab.failslab().attr().setTimes(2);

            assertThat(s.cache.prefillSheaf(s.cpu(0), GFP_KERNEL, 2)).isNull();
            assertThat(s.cache.prefillSheaf(s.cpu(0), GFP_KERNEL, 20)).isNull();

            assertThat(s.sheaves().lent()).isZero();
        }
    }

    @Test
    void prefillSheaf_cacheWithoutSheaves_warnsOnceUnlessItHasDebugFlags() {
        for (String boot : List.of("slab_nomerge", "slub_debug=FZPU")) {
            try (SheafFixture s = SheafFixture.booted(boot, KmemCacheArgs.of("foo", 256))) {
                PrefilledSheaf sheaf = borrow(s, 5);
                s.held().add(sheaf.alloc(s.cpu(0), GFP_KERNEL));
                s.f.slab.validate();

                assertThat(s.f.log().contains("foo: a sheaf is asked for, but it has none"))
                        .isEqualTo(boot.equals("slab_nomerge"));
                sheaf.giveBack(s.cpu(0), GFP_KERNEL);
            }
        }
    }

    @Test
    void use_afterGivingBack_isRefused() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf sheaf = borrow(s, 1);
            sheaf.giveBack(s.cpu(0), GFP_KERNEL);

            assertThatIllegalStateException()
                    .isThrownBy(() -> sheaf.giveBack(s.cpu(0), GFP_KERNEL))
                    .withMessageContaining("the sheaf of cache foo was given back");
            assertThatIllegalStateException().isThrownBy(() -> sheaf.alloc(s.cpu(0), GFP_KERNEL));
            assertThatThrownBy(() -> s.cache.prefillSheaf(s.cpu(0), GFP_KERNEL, 0))
                    .hasMessageContaining("a sheaf with 0 objects: expected at least 1");
        }
    }

    @Test
    void free_objectThatLiesInALentSheaf_isRefused() {
        try (SheafFixture s = SheafFixture.plain()) {
            PrefilledSheaf sheaf = borrow(s, 1);
            long object = sheaf.alloc(s.cpu(0), GFP_KERNEL);
            s.cache.free(s.cpu(0), object);
            PrefilledSheaf other = borrow(s, 4);

            assertThatThrownBy(() -> s.cache.free(s.cpu(0), object))
                    .isInstanceOf(SlabBugException.class);
            sheaf.giveBack(s.cpu(0), GFP_KERNEL);
            other.giveBack(s.cpu(0), GFP_KERNEL);
        }
    }

    @Test
    void prefillSheaf_oldKernel_isRefused() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> cache.prefillSheaf(f.cpu, GFP_KERNEL, 1))
                    .withMessageContaining("a kernel that has sheaves");
        }
    }
}

package org.kmemlab.lab.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// If these failed, the kernel's allocators would be shown better or worse than they are.
class KernelPolicyTest {

    private static final RequestKind KMALLOC = new RequestKind(0, "kmalloc", 0, 0);
    private static final RequestKind DENTRY = new RequestKind(1, "dentry", 192, 0);

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(64).withCpus(2));
    private final PageAllocator pages = new PageAllocator(machine);
    private final KernelPolicy policy = new KernelPolicy(pages);
    private final Cpu cpu = machine.cpu(0);
    private final List<Runnable> cleanUp = new ArrayList<>();

    private long alloc(RequestKind kind, int bytes) {
        long address = policy.alloc(cpu, kind, bytes);
        assertThat(address).isNotZero();
        cleanUp.add(() -> policy.free(cpu, kind, address));
        return address;
    }

    private long freePages() {
        return pages.totals().freePages() + pages.totals().perCpuPages();
    }

    @AfterEach
    void nothingIsLeft() {
        cleanUp.forEach(Runnable::run);
        policy.validate();
        assertThat(policy.usage().blocks()).isZero();
        assertThat(policy.usage().usableBytes()).isZero();
        policy.close();
        assertThat(policy.usage().pageBytes()).isZero();
        pages.validate();
        machine.close();
    }

    @Test
    void usage_blocksOfBothSorts_areCountedAsTheirOwnersSeeThem() {
        long free = freePages();
        long kmalloc = alloc(KMALLOC, 100);
        long dentry = alloc(DENTRY, 192);

        assertThat(policy.usableSize(kmalloc)).isEqualTo(128);
        assertThat(policy.usableSize(dentry)).isEqualTo(192);
        PolicyUsage usage = policy.usage();
        assertThat(usage.blocks()).isEqualTo(2);
        assertThat(usage.usableBytes()).isEqualTo(128 + 192);
        assertThat(usage.pageBytes()).isEqualTo((free - freePages()) * 4096).isPositive();
        assertThat(usage.metadataBytes()).isPositive();
    }

    @Test
    void alloc_largeRequest_takesWholePages() {
        long large = alloc(KMALLOC, 100_000);

        assertThat(policy.usableSize(large)).isEqualTo(131_072);
        assertThat(policy.usage().pageBytes()).isEqualTo(131_072);
    }

    @Test
    void alloc_twoKindsOfOneName_keepsTheirSizes() {
        alloc(DENTRY, 192);
        long other = alloc(new RequestKind(2, "dentry", 320, 0), 320);

        assertThat(policy.usableSize(other)).isEqualTo(320);
    }

    @Test
    void alloc_kindsOfSeveralTasks_shareTheCache() {
        alloc(DENTRY, 192);
        long pagesOfOne = policy.usage().pageBytes();
        alloc(new RequestKind(900, "dentry", 192, 7), 192);

        assertThat(policy.usage().pageBytes()).isEqualTo(pagesOfOne);
    }

    @Test
    void partialSlabs_slabWithHoles_isCountedUntilItIsFull() {
        alloc(DENTRY, 192);
        long one = policy.partialSlabs();
        for (int i = 1; i < 21; i++) {
            alloc(DENTRY, 192);
        }

        assertThat(one).isEqualTo(1);
        assertThat(policy.partialSlabs()).isZero();
    }

    @Test
    void steps_fastPath_isOneEach() {
        alloc(DENTRY, 192);
        long before = policy.usage().steps();
        alloc(DENTRY, 192);

        assertThat(policy.usage().steps() - before).isEqualTo(1);
        assertThat(policy.usage().stepsMax()).isEqualTo(-1);
    }

    @Test
    void alloc_noMemory_isZeroAndChangesNothing() {
        List<Long> taken = new ArrayList<>();
        long address;
        do {
            address = policy.alloc(cpu, KMALLOC, 1 << 20);
            if (address != 0) {
                taken.add(address);
            }
        } while (address != 0);

        assertThat(policy.usage().blocks()).isEqualTo(taken.size()).isPositive();
        taken.forEach(block -> policy.free(cpu, KMALLOC, block));
    }
}

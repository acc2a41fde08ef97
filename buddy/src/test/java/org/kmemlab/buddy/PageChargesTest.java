package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL_ACCOUNT;
import static org.kmemlab.buddy.PageAllocator.NONE;

import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.proc.CgroupMemory;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.MemCgroup.Events;
import org.kmemlab.machine.MemCgroup.Stat;
import org.kmemlab.machine.Task;

class PageChargesTest {

    private static final int PAGE = 4096;

    private final BuddyFixture f = new BuddyFixture(MachineConfig.ofMebibytes(32)
            .withProfile(KernelProfile.LINUX_6_1.with(ConfigOption.MEMCG_KMEM)));
    private final int before = f.alloc(GFP_KERNEL_ACCOUNT, 0);
    private final MemCgroup group = f.machine.memCgroups().create("group");
    private final Task task = new Task("worker", 7);

    @BeforeEach
    void enter() {
        task.setMemCgroup(group);
        f.cpu.run(task);
    }

    @AfterEach
    void close() {
        f.free(before, 0);
        assertThat(group.usage()).isZero();
        assertThat(group.stat(Stat.PAGES)).isZero();
        f.close();
    }

    /// Pages would be charged that nobody asked to charge, others not, or somebody else be paid
    /// back.
    @ParameterizedTest
    @CsvSource({"0,4096", "3,32768"})
    void allocPages_accounted_chargesTheTasksGroup(int order, long bytes) {
        int plain = f.alloc(GFP_KERNEL, order);
        assertThat(group.usage()).isZero();

        int pfn = f.alloc(GFP_KERNEL_ACCOUNT, order);

        assertThat(group.usage()).isEqualTo(group.stat(Stat.PAGES)).isEqualTo(bytes);
        f.cpu.run(new Task("other", 8));
        f.free(plain, order);
        assertThat(group.usage()).isEqualTo(bytes);
        f.free(pfn, order);
        assertThat(group.usage()).isZero();
    }

    /// Interrupts, and tasks in no group, would be charged.
    @Test
    void allocPages_nobodyPays_isFree() {
        f.cpu.run(null);
        int inInterrupt = f.alloc(GFP_KERNEL_ACCOUNT, 0);
        f.cpu.run(new Task("free", 9));
        int outside = f.alloc(GFP_KERNEL_ACCOUNT, 1);

        assertThat(group.usage()).isZero();
        f.free(inInterrupt, 0);
        f.free(outside, 1);
    }

    /// Charges would be lost or doubled when a block is taken apart.
    @Test
    void splitAndExactPages_arePaidBackOneByOne() {
        int pfn = f.alloc(GFP_KERNEL_ACCOUNT, 2);
        f.pages.splitPage(pfn, 2);
        f.free(pfn + 1, 0);
        assertThat(group.usage()).isEqualTo(3 * PAGE);

        int exact = f.pages.allocPagesExact(f.cpu, 5 * PAGE, GFP_KERNEL_ACCOUNT);
        assertThat(group.usage()).isEqualTo(8 * PAGE);
        int[] pfns = {NONE, NONE};
        assertThat(f.pages.allocPagesBulk(f.cpu, -1, GFP_KERNEL_ACCOUNT, pfns)).isEqualTo(1);
        assertThat(group.usage()).isEqualTo(9 * PAGE);

        f.free(pfns[0], 0);
        f.pages.freePagesExact(f.cpu, exact, 5 * PAGE);
        for (int at : new int[] {pfn, pfn + 2, pfn + 3}) {
            f.free(at, 0);
        }
    }

    /// A group could have more than its limit, or pages would leak with a refusal.
    @Test
    void allocPages_atTheLimit_failsAndLeavesNothing() {
        group.setLimit(f.cpu, 3 * PAGE);
        long free = f.pages.totals().freePages() + f.pages.totals().perCpuPages();

        assertThat(f.alloc(GFP_KERNEL_ACCOUNT, 2)).isEqualTo(NONE);

        assertThat(f.pages.totals().freePages() + f.pages.totals().perCpuPages()).isEqualTo(free);
        assertThat(group.usage()).isZero();
        assertThat(group.events()).isEqualTo(new Events(17, 1, 0));
        assertThat(f.machine.log().lines()).noneMatch(line -> line.contains("failure"));
    }

    /// A request would be refused that the kernel lets through, or let through unseen.
    @ParameterizedTest
    @CsvSource({"GFP_KERNEL,false,17,1", "GFP_KERNEL|__GFP_NORETRY,false,1,0",
        "GFP_KERNEL|__GFP_RETRY_MAYFAIL,false,17,0", "GFP_NOWAIT,false,0,0",
        "GFP_ATOMIC,true,1,0", "GFP_KERNEL|__GFP_NOFAIL,true,17,1",
        "GFP_NOWAIT|__GFP_NOFAIL,true,1,0"})
    void allocPages_atTheLimit_dependsOnTheFlags(String flags, boolean served, long max,
            long oom) {
        group.setLimit(f.cpu, 0);

        int pfn = f.alloc(GfpFlags.parse(flags).with(GfpFlags.ACCOUNT), 0);

        assertThat(pfn != NONE).isEqualTo(served);
        assertThat(group.usage()).isEqualTo(served ? PAGE : 0);
        assertThat(group.events()).isEqualTo(new Events(max, oom, 0));
        if (served) {
            f.free(pfn, 0);
        }
    }

    /// Memory that could be had back would not be asked for.
    @Test
    void allocPages_atTheLimit_reclaimsThenKills() {
        group.setLimit(f.cpu, 2 * PAGE);
        int[] held = {f.alloc(GFP_KERNEL_ACCOUNT, 0), f.alloc(GFP_KERNEL_ACCOUNT, 0)};
        group.onReclaim((cpu, bytes) -> {
            if (held[0] != NONE) {
                f.free(held[0], 0);
                held[0] = NONE;
            }
            return bytes;
        });
        group.onOutOfMemory(cpu -> {
            f.free(held[1], 0);
            return true;
        });

        int third = f.alloc(GFP_KERNEL_ACCOUNT, 0);
        assertThat(group.events()).isEqualTo(new Events(1, 0, 0));
        int fourth = f.alloc(GFP_KERNEL_ACCOUNT, 0);
        assertThat(group.events()).isEqualTo(new Events(18, 1, 1));

        assertThat(group.usage()).isEqualTo(2 * PAGE);
        assertThat(f.alloc(GFP_ATOMIC, 0)).isNotEqualTo(NONE);
        f.free(third, 0);
        f.free(fourth, 0);
    }

    /// A page that moves would be paid back to nobody.
    @Test
    void moved_takesTheChargeAlong() {
        PageCharges charges = new PageCharges();
        assertThat(charges.charge(f.cpu, GFP_KERNEL, 5, 0)).isTrue();
        charges.moved(5, 9);
        charges.moved(6, 5);

        charges.freed(5, 0);
        assertThat(group.usage()).isEqualTo(PAGE);
        charges.freed(9, 0);
        assertThat(group.usage()).isZero();
    }

    /// Programs that read a group's files would misread them.
    @Test
    void files_areThoseOfTheKernel() {
        int pfn = f.alloc(GFP_KERNEL_ACCOUNT, 1);
        group.addStat(Stat.SLAB_RECLAIMABLE, 10);
        group.addStat(Stat.SLAB_UNRECLAIMABLE, 7);
        assertThat(CgroupMemory.files(group)).containsEntry("memory.max", "max\n");
        group.setLimit(f.cpu, 3 * PAGE);
        assertThat(f.alloc(GFP_KERNEL_ACCOUNT, 1)).isEqualTo(NONE);

        Map<String, String> files = CgroupMemory.files(group);

        assertThat(files).containsEntry("memory.current", "8192\n")
                .containsEntry("memory.max", "12288\n").containsEntry("memory.peak", "8192\n")
                .containsEntry("memory.events.local",
                        "low 0\nhigh 0\nmax 17\noom 1\noom_kill 0\noom_group_kill 0\n")
                .containsEntry("memory.stat",
                        "kernel 8192\nslab_reclaimable 10\nslab_unreclaimable 7\nslab 17\n");
        f.free(pfn, 1);
    }
}

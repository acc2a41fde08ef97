package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;

/// Guards what one line of a trace is taken for. If it failed, replays and reports would count
/// other events than the kernel recorded.
class TraceCursorTest {

    private static final String PAGE = "page=ffffea000016af80 pfn=0x5abe order=1";

    /// Broken: objects would have other sizes, flags or owners than recorded.
    @ParameterizedTest
    @ValueSource(strings = {"kmalloc", "kmalloc_node", "kmem_cache_alloc", "kmem_cache_alloc_node"})
    void next_objectAllocation_readsAllFieldsInBothFormats(String event) throws IOException {
        for (String line : List.of(TraceText.tracefs(event, TraceText.KMALLOC),
                TraceText.perf(event, TraceText.KMALLOC))) {
            TraceCursor cursor = TraceText.only(line);

            assertThat(cursor.kind().eventName()).isEqualTo(event);
            assertThat(cursor.kind().isObjectAlloc()).isTrue();
            assertThat(cursor.cpu()).isEqualTo(1);
            assertThat(cursor.pid()).isEqualTo(1);
            assertThat(cursor.timeNanos()).isEqualTo(3_219_617_000L);
            assertThat(cursor.tasks().text(cursor.task())).isEqualTo("init");
            assertThat(cursor.pointer()).isEqualTo(0xffff_8880_02e1_6240L);
            assertThat(cursor.requestedBytes()).isEqualTo(168);
            assertThat(cursor.allocatedBytes()).isEqualTo(192);
            assertThat(new GfpFlags(cursor.gfpBits()))
                    .isEqualTo(GfpFlags.GFP_KERNEL_ACCOUNT.with(GfpFlags.ZERO));
            assertThat(cursor.node()).isEqualTo(-1);
            assertThat(cursor.isAccounted()).isFalse();
            assertThat(cursor.callSites().text(cursor.callSite()))
                    .isEqualTo("alloc_pipe_info+0x64/0x19e");
            assertThat(cursor.cacheName()).isEqualTo(SymbolTable.NONE);
            assertThat(cursor.next()).isFalse();
        }
    }

    /// Broken: frees would not find their objects or would name the wrong cache.
    @Test
    void next_objectFree_readsPointerAndName() throws IOException {
        for (String line : List.of(
                TraceText.tracefs("kmem_cache_free", TraceText.KFREE + " name=dm bio (x)"),
                TraceText.perf("kmem_cache_free", TraceText.KFREE + " name=dm bio (x)"))) {
            TraceCursor cursor = TraceText.only(line);

            assertThat(cursor.kind()).isEqualTo(TraceEventKind.KMEM_CACHE_FREE);
            assertThat(cursor.kind().isObjectFree()).isTrue();
            assertThat(cursor.pointer()).isEqualTo(0xffff_8880_02e1_6240L);
            assertThat(cursor.cacheNames().text(cursor.cacheName())).isEqualTo("dm bio (x)");
        }
    }

    /// Broken: traces of Linux 6.9 and later would lose the caches' names.
    @Test
    void next_nameInTheMiddle_endsBeforeTheNextField() throws IOException {
        TraceCursor cursor = TraceText.only(TraceText.tracefs("kmem_cache_alloc",
                "call_site=f+0x1/0x2 [ext4] ptr=0xffff888002e16240 name=a b bytes_req=8"
                        + " bytes_alloc=16 gfp_flags=GFP_NOFS node=3 accounted=true"));

        assertThat(cursor.cacheNames().text(cursor.cacheName())).isEqualTo("a b");
        assertThat(cursor.callSites().text(cursor.callSite())).isEqualTo("f+0x1/0x2 [ext4]");
        assertThat(cursor.allocatedBytes()).isEqualTo(16);
        assertThat(cursor.node()).isEqualTo(3);
        assertThat(cursor.isAccounted()).isTrue();
    }

    /// Broken: page requests would have other frames, orders or types than recorded.
    @ParameterizedTest
    @CsvSource({"mm_page_alloc,migratetype=2 gfp_flags=GFP_USER", "mm_page_free,''",
        "mm_page_free_batched,''", "mm_page_alloc_zone_locked,migratetype=2 percpu_refill=1",
        "mm_page_pcpu_drain,migratetype=2"})
    void next_pageEvent_readsAllFieldsInBothFormats(String event, String more) throws IOException {
        for (String line : List.of(TraceText.tracefs(event, PAGE + " " + more),
                TraceText.perf(event, PAGE + " " + more))) {
            TraceCursor cursor = TraceText.only(line);

            assertThat(cursor.kind().eventName()).isEqualTo(event);
            assertThat(cursor.kind().isObjectAlloc() || cursor.kind().isObjectFree()).isFalse();
            assertThat(cursor.page()).isEqualTo(0xffff_ea00_0016_af80L);
            assertThat(cursor.pfn()).isEqualTo(0x5abe);
            assertThat(cursor.order()).isEqualTo(1);
            assertThat(cursor.migrateType()).isEqualTo(more.contains("migratetype") ? 2 : 0);
            assertThat(cursor.isPercpuRefill()).isEqualTo(more.contains("refill"));
            assertThat(cursor.isPageFailure()).isFalse();
        }
    }

    /// Broken: fallbacks to other migrate types would be reported wrongly.
    @Test
    void next_fallback_readsAllFields() throws IOException {
        TraceCursor cursor = TraceText.only(TraceText.tracefs("mm_page_alloc_extfrag",
                "page=ffffea000016af80 pfn=0x5abe alloc_order=2 fallback_order=9"
                        + " pageblock_order=10 alloc_migratetype=0 fallback_migratetype=1"
                        + " fragmenting=1 change_ownership=1"));

        assertThat(cursor.kind()).isEqualTo(TraceEventKind.MM_PAGE_ALLOC_EXTFRAG);
        assertThat(cursor.order()).isEqualTo(2);
        assertThat(cursor.fallbackOrder()).isEqualTo(9);
        assertThat(cursor.pageblockOrder()).isEqualTo(10);
        assertThat(cursor.migrateType()).isZero();
        assertThat(cursor.fallbackMigrateType()).isEqualTo(1);
        assertThat(cursor.isFragmenting()).isTrue();
        assertThat(cursor.isOwnershipChanged()).isTrue();
    }

    /// Broken: traces of older kernels would be refused or read in the wrong base.
    @ParameterizedTest
    @CsvSource({"pfn=1234,1234", "pfn=0x1234,4660", "pfn=0xABCD,43981"})
    void next_frameNumber_isDecimalOrHex(String field, long expected) throws IOException {
        TraceCursor cursor = TraceText.only(
                TraceText.tracefs("mm_page_free", "page=00000000abcd1234 " + field + " order=0"));

        assertThat(cursor.pfn()).isEqualTo(expected);
    }

    /// Broken: failed requests would look like pages.
    @ParameterizedTest
    @ValueSource(
            strings = {"page=(null) pfn=0x0", "page=(nil) pfn=0", "page=0000000000000000 pfn=0x0",
                "page=(null) pfn=0xffffffffffffffff"})
    void isPageFailure_noPage_isTrue(String fields) throws IOException {
        TraceCursor cursor = TraceText.only(TraceText.perf("mm_page_alloc",
                fields + " order=3 migratetype=0 gfp_flags=GFP_ATOMIC"));

        assertThat(cursor.isPageFailure()).isTrue();
    }

    /// Broken: one spelling of a pointer would not match another.
    @ParameterizedTest
    @CsvSource({"ptr=ffff888002e16240,ffff888002e16240,false",
        "ptr=0xffff888002e16240,ffff888002e16240,false", "ptr=00000000abcd1234,abcd1234,true",
        "ptr=(null),0,false", "ptr=(nil),0,false", "ptr=0000000000000000,0,false",
        "ptr=0x0,0,false", "ptr=  (null),0,false", "ptr=c147dc80,c147dc80,true",
        "ptr=abc,abc,true"})
    void pointer_allSpellings_areRead(String field, String hex, boolean hashed)
            throws IOException {
        TraceCursor cursor = TraceText.only(TraceText.tracefs("kfree", "call_site=f " + field));

        assertThat(cursor.pointer()).isEqualTo(Long.parseUnsignedLong(hex, 16));
        assertThat(TraceCursor.isHashed(cursor.pointer())).isEqualTo(hashed);
    }

    /// Broken: interrupts could not be told from tasks.
    @Test
    void flag_columnsOfTracefs_areReadOneByOne() throws IOException {
        TraceCursor tracefs = TraceText.only(TraceText.tracefs("kfree", TraceText.KFREE));
        TraceCursor perf = TraceText.only(TraceText.perf("kfree", TraceText.KFREE));

        assertThat(tracefs.flag(0)).isEqualTo('d');
        assertThat(tracefs.flag(1)).isEqualTo('.');
        assertThat(tracefs.flag(2)).isEqualTo('s');
        assertThat(tracefs.flag(3)).isEqualTo('1');
        assertThat(tracefs.isInInterrupt()).isTrue();
        assertThat(perf.flag(2)).isEqualTo((char) 0);
        assertThat(perf.isInInterrupt()).isFalse();
    }

    /// Broken: a flag of another kernel version would make a whole trace unreadable.
    @Test
    void gfpBits_unknownName_countsAsNoFlagAndIsReported() throws IOException {
        TraceCursor cursor = TraceText.only(TraceText.tracefs("kmalloc",
                "ptr=1 bytes_req=1 bytes_alloc=8 gfp_flags=GFP_KERNEL|__GFP_SKIP_KASAN|0x100"));

        assertThat(cursor.gfpBits()).isEqualTo(0xdc0);
        assertThat(cursor.counts().unknownGfpNames()).containsExactly("__GFP_SKIP_KASAN");
        assertThat(cursor.counts().unparsable()).isZero();
    }

    /// Broken: reading a trace would make garbage with every new line.
    @Test
    void names_seenTwice_haveOneNumber() throws IOException {
        String line = TraceText.tracefs("kmem_cache_free", TraceText.KFREE + " name=dentry");
        TraceCursor cursor = TraceText.cursor(line + line);

        assertThat(cursor.next()).isTrue();
        int name = cursor.cacheName();
        int site = cursor.callSite();
        assertThat(cursor.next()).isTrue();

        assertThat(cursor.cacheName()).isEqualTo(name);
        assertThat(cursor.callSite()).isEqualTo(site);
        assertThat(cursor.cacheNames().size()).isEqualTo(1);
    }

    /// Broken: fields that newer kernels add would spoil the line, or hide the fields after them.
    @Test
    void next_unknownFields_areSkipped() throws IOException {
        TraceCursor cursor = TraceText.only(TraceText.tracefs("kmalloc",
                "(f+0x1/0x2) colour=red call_site=f ptr=0x10 bytes_req=1 x bytes_alloc=8"
                        + " gfp_flags=GFP_NOWAIT"));

        assertThat(cursor.pointer()).isEqualTo(16);
        assertThat(cursor.allocatedBytes()).isEqualTo(8);
    }

    /// Broken: a machine would be built with too few CPUs, or the first event would be lost.
    @Test
    void announcedCpus_beforeFirstEvent_readsTheHeaderOnly() throws IOException {
        TraceCursor cursor = TraceText.cursor("# tracer: nop\n#\n# entries: 1/1   #P:12\n\n"
                + TraceText.tracefs("kfree", TraceText.KFREE));

        assertThat(cursor.announcedCpus()).isEqualTo(12);
        assertThat(cursor.counts().lines()).isEqualTo(4);
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.announcedCpus()).isEqualTo(12);
        assertThat(cursor.lineNumber()).isEqualTo(5);
        assertThat(cursor.counts().events()).isEqualTo(1);
    }
}

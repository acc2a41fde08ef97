package org.kmemlab.lab.verify.page;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// Who asks for the pages of a trace: this one executes each recorded request as it stands. One
/// that plays the layers above lets these ask where they must.
public class PageTraceCompanion {

    private @Nullable PageAllocator pages;

    /// Says which page allocator is used from now on.
    public void use(PageAllocator now) {
        pages = now;
    }

    public PageAllocator pages() {
        PageAllocator now = pages;
        if (now == null) {
            throw new IllegalStateException("no page allocator yet");
        }
        return now;
    }

    /// The page allocator is in the recorded state; the first event comes next.
    public void start() {
    }

    /// Does everything that was recorded before a line.
    public void reach(long line) {
    }

    /// Whether the replay must start again because something was learned about the past.
    public boolean mustRestart() {
        return false;
    }

    /// Executes a request for pages.
    ///
    /// @return the first frame, [PageAllocator#NONE] if there is no memory
    public int request(PageEvent event, Cpu cpu) {
        return pages().allocPages(cpu, new GfpFlags(event.gfpBits()), event.order());
    }

    /// A block is about to be freed.
    public void freed(PageEvent event) {
    }
}

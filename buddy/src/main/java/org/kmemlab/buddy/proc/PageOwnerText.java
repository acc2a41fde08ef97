package org.kmemlab.buddy.proc;

import java.util.List;

import org.kmemlab.buddy.OwnedBlock;
import org.kmemlab.machine.KernelProfile;

/// The file `page_owner` of debugfs: every allocated block, who took it and from where.
public final class PageOwnerText {

    private PageOwnerText() {
    }

    /// The whole file.
    public static String text(KernelProfile profile, List<OwnedBlock> blocks) {
        StringBuilder text = new StringBuilder();
        for (OwnedBlock block : blocks) {
            text.append("Page allocated via order %d, mask %s, pid %d, tgid %d (%s), ts %d ns"
                    .formatted(block.order(), block.gfp().toMask(), block.pid(), block.pid(),
                            block.comm(), block.allocNanos()));
            text.append(", free_ts %d ns\n".formatted(block.freeNanos()));
            text.append("PFN %d type %s Block %d type %s Flags %s\n".formatted(block.pfn(),
                    block.gfp().migrateType().label(), block.pfn() >>> profile.pageblockOrder(),
                    block.pageblockType().label(), block.flags()));
            block.stack().forEach(frame -> text.append(' ').append(frame).append('\n'));
            text.append('\n');
        }
        return text.toString();
    }
}

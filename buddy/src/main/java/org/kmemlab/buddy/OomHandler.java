package org.kmemlab.buddy;

import org.kmemlab.machine.Cpu;

/// The last way to get memory: what a kernel does by killing a task.
public interface OomHandler {

    /// Never finds anything to give up.
    OomHandler NONE = (cpu, gfp, order) -> false;

    /// Called when reclaim has made no progress any more; may free pages.
    ///
    /// @return whether memory was or will be freed, so that trying again makes sense
    boolean outOfMemory(Cpu cpu, GfpFlags gfp, int order);
}

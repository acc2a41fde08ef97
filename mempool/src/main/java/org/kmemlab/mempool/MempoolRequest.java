package org.kmemlab.mempool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// One allocation from a [Mempool], carried out one step at a time.
///
/// A step is what the kernel does without letting another CPU in between as far as the pool can
/// see: one call of the source, or one visit to the reserve under the pool's lock. A test that
/// drives several requests can therefore try every order of their steps. Between steps the caller
/// may do anything; a sleeping request goes on only after a free woke it or its 5 s have passed. One
/// Java thread at a time may advance it.
///
/// ```text
///            ┌───────────────────────────────────────────────┐
///            ▼                  woken, or 5 s passed         │
///       TRY_SOURCE ──failed──► TAKE_RESERVE ──empty──► (first attempt: TRY_SOURCE once more)
///            │                      │                  (may not sleep: DONE with 0)
///            └─────► DONE ◄─────────┘                  ASLEEP
/// ```
public final class MempoolRequest {

    /// What the next call of [#advance] does.
    public enum Step {
        /// Asks the source.
        TRY_SOURCE,
        /// Takes from the reserve, or decides how to go on without.
        TAKE_RESERVE,
        /// Goes on if it was woken or its time is over.
        ASLEEP,
        /// Nothing: the request is finished.
        DONE
    }

    private final Mempool pool;
    private final Cpu cpu;
    private final MempoolMasks masks;
    private GfpFlags gfp;
    private Step next;
    private final Sleeper sleeper = new Sleeper();
    private long deadlineJiffies;
    private long element;

    MempoolRequest(Mempool pool, Cpu cpu, MempoolMasks masks, Step next) {
        this.pool = pool;
        this.cpu = cpu;
        this.masks = masks;
        this.gfp = masks.first();
        this.next = next;
    }

    /// Carries out the next step.
    ///
    /// @return the step after it; [Step#ASLEEP] again if the request still has to sleep
    public Step advance() {
        switch (next) {
            case TRY_SOURCE -> trySource();
            case TAKE_RESERVE -> takeReserve();
            case ASLEEP -> wakeIfDue();
            case DONE -> { }
        }
        return next;
    }

    private void trySource() {
        element = pool.askSource(cpu, gfp, false);
        next = element == 0 ? Step.TAKE_RESERVE : Step.DONE;
    }

    private void takeReserve() {
        WaitQueue queue = pool.reserve().queue();
        queue.lock();
        try {
            if (pool.reserve().elements().currNr() > 0) {
                element = pool.reserve().elements().pop(cpu);
                next = Step.DONE;
            } else if (!gfp.equals(masks.later())) {
                gfp = masks.later();
                next = Step.TRY_SOURCE;
            } else if (!gfp.mayBlock()) {
                next = Step.DONE;
            } else {
                sleeper.begin();
                deadlineJiffies = queue.deadlineJiffies();
                queue.add(sleeper);
                next = Step.ASLEEP;
            }
        } finally {
            queue.unlock();
        }
    }

    private void wakeIfDue() {
        if (sleeper.isWoken() || pool.reserve().queue().nowJiffies() >= deadlineJiffies) {
            pool.reserve().queue().remove(sleeper);
            next = Step.TRY_SOURCE;
        }
    }

    /// Sleeps until it is woken or its time is over.
    void sleep(WaitWatch watch) {
        watch.sleep(sleeper, deadlineJiffies);
    }

    /// What the next call of [#advance] does.
    public Step next() {
        return next;
    }

    /// Whether it has to sleep no longer because an element came back.
    public boolean isWoken() {
        return sleeper.isWoken();
    }

    /// Whether [#element] has its final value.
    public boolean isDone() {
        return next == Step.DONE;
    }

    /// When the present or last sleep ends if nobody frees an element, in ticks of the machine's
    /// clock, in live use of the [machine's live clock][org.kmemlab.machine.LiveClock]; 0 if it never
    /// slept.
    public long deadlineJiffies() {
        return deadlineJiffies;
    }

    /// What was allocated; 0 if the request is not finished, or ended without an element because it
    /// may not sleep.
    public long element() {
        return element;
    }

    /// Waits no longer, without an element.
    void giveUp() {
        pool.reserve().queue().remove(sleeper);
    }
}

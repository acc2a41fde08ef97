package org.kmemlab.slab;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// How a [Sheaf] passes from one thread to another, by the memory model: who has it alone, and whether
/// the next one sees what the last one did with plain writes.
public final class SheafHandOverJcstress {

    private static final long OBJECT = 42;

    private SheafHandOverJcstress() {
    }

    private static Sheaf sheaf() {
        Sheaf sheaf = new Sheaf(null, 0);
        sheaf.grow(4);
        return sheaf;
    }

    /// Two threads take one shared sheaf.
    @JCStressTest
    @Outcome(id = {"true, false", "false, true"}, expect = Expect.ACCEPTABLE, desc = "One has it.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Both have it, or nobody.")
    @State
    public static class Acquire {

        private final Sheaf sheaf = sheaf();

        /// One.
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = sheaf.tryAcquire();
        }

        /// The other.
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = sheaf.tryAcquire();
        }
    }

    /// Two threads put into one shared sheaf, each while it has it; nobody waits.
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "One after the other.")
    @Outcome(id = {"1, 0, 1", "0, 1, 1"}, expect = Expect.ACCEPTABLE, desc = "One was refused.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "An object was lost or counted twice.")
    @State
    public static class Share {

        private final Sheaf sheaf = sheaf();

        private int put(long object) {
            if (!sheaf.tryAcquire()) {
                return 0;
            }
            boolean put = sheaf.put(object);
            sheaf.release();
            return put ? 1 : 0;
        }

        /// One.
        @Actor
        public void first(III_Result result) {
            result.r1 = put(OBJECT);
        }

        /// The other.
        @Actor
        public void second(III_Result result) {
            result.r2 = put(OBJECT + 1);
        }

        /// What is in it in the end.
        @Arbiter
        public void count(III_Result result) {
            result.r3 = sheaf.count;
        }
    }

    /// A thread puts an object and lets go; another one takes the sheaf.
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Too early.")
    @Outcome(id = "1, 42", expect = Expect.ACCEPTABLE, desc = "It sees the object.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "It has the sheaf, but not what is in it.")
    @State
    public static class Release {

        private final Sheaf sheaf = sheaf();

        /// It has the sheaf from the start.
        public Release() {
            boolean _ = sheaf.tryAcquire();
        }

        /// The one who has it.
        @Actor
        public void giver() {
            boolean _ = sheaf.put(OBJECT);
            sheaf.release();
        }

        /// The one who wants it.
        @Actor
        public void taker(II_Result result) {
            if (sheaf.tryAcquire()) {
                result.r1 = sheaf.count;
                result.r2 = sheaf.isEmpty() ? -1 : (int) sheaf.take();
            }
        }
    }

    /// Two threads claim the sheaf of a dead one.
    @JCStressTest
    @Outcome(id = {"true, false", "false, true"}, expect = Expect.ACCEPTABLE, desc = "One owns it.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Both own it, or nobody.")
    @State
    public static class Claim {

        private static final Thread DEAD = new Thread();

        private final Sheaf sheaf = sheaf();

        /// It was the dead thread's.
        public Claim() {
            boolean _ = sheaf.changeOwner(null, DEAD);
        }

        private boolean claim() {
            Thread me = Thread.currentThread();
            return sheaf.changeOwner(DEAD, me) && sheaf.isOwnedBy(me);
        }

        /// One.
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = claim();
        }

        /// The other.
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = claim();
        }
    }

    /// A thread that drains a sheaf that is nobody's gives it up; its next owner comes.
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Too early.")
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "It owns an empty sheaf.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "It owns objects that were given back.")
    @State
    public static class GiveUp {

        private static final Thread DRAINER = new Thread();

        private final Sheaf sheaf = sheaf();

        /// The drainer has it, with an object.
        public GiveUp() {
            boolean _ = sheaf.put(OBJECT);
            boolean _ = sheaf.changeOwner(null, DRAINER);
        }

        /// The drainer.
        @Actor
        public void drainer() {
            sheaf.dropOldest(1);
            boolean _ = sheaf.changeOwner(DRAINER, null);
        }

        /// The next owner.
        @Actor
        public void next(II_Result result) {
            if (sheaf.changeOwner(null, Thread.currentThread())) {
                result.r1 = 1;
                result.r2 = sheaf.count;
            }
        }
    }

    /// Who asks for the objects back wrote something before; who honours it must see that.
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1"}, expect = Expect.ACCEPTABLE, desc = "Not asked yet.")
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Asked, and sees why.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Asked before the reason was there.")
    @State
    public static class Revoke {

        private final Sheaf sheaf = sheaf();
        private int reason;

        /// Who wants them back.
        @Actor
        public void drainer() {
            reason = 1;
            sheaf.revoked = true;
        }

        /// The user who comes by.
        @Actor
        public void user(II_Result result) {
            result.r1 = sheaf.revoked ? 1 : 0;
            result.r2 = reason;
        }
    }

    /// The canary: shared sheaves taken by a look and a write. jcstress must find both winning.
    @JCStressTest
    @Outcome(id = {"true, false", "false, true"}, expect = Expect.ACCEPTABLE, desc = "One has it.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Both have it, or nobody.")
    @State
    public static class Canary {

        private volatile boolean busy;

        private boolean tryAcquire() {
            if (busy) {
                return false;
            }
            busy = true;
            return true;
        }

        /// One.
        @Actor
        public void first(ZZ_Result result) {
            result.r1 = tryAcquire();
        }

        /// The other.
        @Actor
        public void second(ZZ_Result result) {
            result.r2 = tryAcquire();
        }
    }
}

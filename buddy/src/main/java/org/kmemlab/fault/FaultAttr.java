package org.kmemlab.fault;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

import org.apache.commons.lang3.StringUtils;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelVersion;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.StackDump;
import org.kmemlab.machine.Task;

/// Decides which calls of one kind fail (`struct fault_attr`), with the kernel's attributes,
/// defaults and order of tests.
///
/// The number of calls that `interval` counts is never reset by setting an attribute, as in the
/// kernel. Random choices come from the machine's seed; a [FaultLog] keeps every decision, and a
/// [FaultPlan] decides in place of the attributes. Several Java threads may ask at once and are
/// answered one after the other; attributes are set before.
///
/// @see <a href="https://docs.kernel.org/fault-injection/fault-injection.html">Fault injection
///      capabilities infrastructure</a>
public final class FaultAttr {

    /// `times` without an end.
    public static final int UNLIMITED = -1;

    private static final String SUPPRESSED = "fail_dump: %d callbacks suppressed";
    private static final Set<String> OWN = Set.of(StackFilter.class.getName(),
            FaultAttr.class.getName(), FaultPoints.class.getName());

    private final Machine machine;
    private final String name;
    private final boolean filtersStackFirst;
    private int verboseRatelimitMillis;
    private int verboseRatelimitBurst = 10;
    private IntPredicate choice;
    private StackFilter stackFilter = StackFilter.ANY;
    private Runnable listener = () -> {};
    private @Nullable FaultPlan plan;
    private @Nullable FaultLog log;
    private int probabilityPercent;
    private int interval = 1;
    private int times = 1;
    private int space;
    private int verbose = 2;
    private boolean taskFilter;
    private long count;

    /// Creates an attribute that never fails anything: its probability is 0.
    ///
    /// @param name as log lines print it, for example `failslab`
    public FaultAttr(Machine machine, String name) {
        this.machine = machine;
        this.name = name;
        // Linux 6.2 moved the stack filter to the front.
        this.filtersStackFirst = machine.profile().version() != KernelVersion.LINUX_6_1;
        SplittableRandom random = machine.random("fault:" + name);
        this.choice = percent -> random.nextInt(100) < percent;
    }

    /// As log lines print it.
    public String name() {
        return name;
    }

    /// Sets interval, probability, space and times from the boot parameter's form
    /// `<interval>,<probability>,<space>,<times>`.
    ///
    /// @throws IllegalArgumentException if the text does not have four numbers in their ranges;
    ///         nothing is changed then
    public void setup(String text) {
        List<String> words = List.of(StringUtils.splitPreserveAllTokens(text, ','));
        int[] numbers = new int[4];
        try {
            Validate.isTrue(words.size() == 4);
            for (int i = 0; i < 4; i++) {
                numbers[i] = Integer.parseInt(words.get(i).strip());
            }
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("fault attribute '" + text
                    + "': expected <interval>,<probability>,<space>,<times>", malformed);
        }
        checkProbability(numbers[1]);
        Validate.isTrue(numbers[0] >= 0 && numbers[2] >= 0 && numbers[3] >= UNLIMITED,
                "fault attribute '%s': interval and space are 0 or more, times -1 or more", text);
        interval = numbers[0];
        probabilityPercent = numbers[1];
        space = numbers[2];
        times = numbers[3];
        listener.run();
    }

    /// Sets the chance of failing in percent, 0 to 100; 0 switches the attribute off.
    public void setProbability(int percent) {
        checkProbability(percent);
        probabilityPercent = percent;
        listener.run();
    }

    private static void checkProbability(int percent) {
        Validate.isTrue(percent >= 0 && percent <= 100, "probability %d: expected 0 to 100",
                percent);
    }

    /// Lets only every `calls`-th call fail; 0 and 1 mean every call.
    public void setInterval(int calls) {
        Validate.isTrue(calls >= 0, "interval %d: expected 0 or more", calls);
        interval = calls;
    }

    /// Sets how many failures are left; [#UNLIMITED] for no end.
    public void setTimes(int failures) {
        Validate.isTrue(failures >= UNLIMITED, "times %d: expected -1 or more", failures);
        times = failures;
    }

    /// Sets the amount that must be asked for before failures start, in the unit of the point.
    public void setSpace(int size) {
        Validate.isTrue(size >= 0, "space %d: expected 0 or more", size);
        space = size;
    }

    /// Sets what a failure prints: 0 nothing, 1 a message, 2 a message and the stack.
    public void setVerbose(int level) {
        Validate.isTrue(level >= 0, "verbose %d: expected 0 or more", level);
        verbose = level;
    }

    /// Limits failures to tasks with [Task#makeItFail()].
    public void setTaskFilter(boolean on) {
        taskFilter = on;
    }

    /// Limits failures to calls from some code; costs a walk over the stack for each call that would
    /// fail otherwise.
    public void setStackFilter(StackFilter filter) {
        stackFilter = filter;
    }

    /// Sets the interval of virtual time in which at most [#verboseRatelimitBurst] failures print;
    /// 0 lets all print.
    public void setVerboseRatelimitMillis(int millis) {
        Validate.isTrue(millis >= 0, "verbose_ratelimit_interval_ms %d: expected 0 or more",
                millis);
        verboseRatelimitMillis = millis;
    }

    /// Sets how many failures print in an interval.
    public void setVerboseRatelimitBurst(int failures) {
        Validate.isTrue(failures >= 0, "verbose_ratelimit_burst %d: expected 0 or more", failures);
        verboseRatelimitBurst = failures;
    }

    /// Sets how many calls `interval` has counted: goes on where another boot stopped.
    public void setCount(long calls) {
        Validate.isTrue(calls >= 0, "count %d: expected 0 or more", calls);
        count = calls;
    }

    /// Replaces the random choice: `newChoice` gets the probability in percent and says whether the
    /// call fails. A replay gives the recorded outcome.
    public void chooseBy(IntPredicate newChoice) {
        choice = newChoice;
    }

    /// Lets a plan decide about every call, in place of the attributes and of `fail-nth`; null lets
    /// these decide again.
    public void follow(@Nullable FaultPlan newPlan) {
        plan = newPlan;
        listener.run();
    }

    /// Writes every later decision to a log; null ends that. Only calls that could fail at all are
    /// decided about, see [#isArmed].
    public void logTo(@Nullable FaultLog newLog) {
        log = newLog;
    }

    /// The chance of failing in percent.
    public int probability() {
        return probabilityPercent;
    }

    /// Every how many calls one may fail.
    public int interval() {
        return interval;
    }

    /// How many failures are left.
    public int times() {
        return times;
    }

    /// The amount still to be asked for before failures start.
    public int space() {
        return space;
    }

    /// What a failure prints.
    public int verbose() {
        return verbose;
    }

    /// Whether only marked tasks fail.
    public boolean taskFilter() {
        return taskFilter;
    }

    /// Which callers can fail.
    public StackFilter stackFilter() {
        return stackFilter;
    }

    /// The interval in which the number of messages is limited, in ms; 0 for no limit.
    public int verboseRatelimitMillis() {
        return verboseRatelimitMillis;
    }

    /// How many failures print in an interval.
    public int verboseRatelimitBurst() {
        return verboseRatelimitBurst;
    }

    /// How many calls `interval` has counted.
    public long count() {
        return count;
    }

    /// Has `newListener` called whenever probability or plan are set; replaces the former one.
    public void onChange(Runnable newListener) {
        listener = newListener;
    }

    /// Whether calls could fail whatever the task.
    public boolean isArmed() {
        return probabilityPercent != 0 || plan != null;
    }

    /// Whether a call of this CPU could fail at all: one test that keeps the rest off the fast path.
    public boolean isArmed(Cpu cpu) {
        return isArmed() || countsDown(cpu);
    }

    /// Whether the task of this CPU counts its calls down to one that fails.
    public static boolean countsDown(Cpu cpu) {
        Task task = cpu.task();
        return task != null && task.failNth() > 0;
    }

    /// Decides about one call without a name for what it asks for.
    ///
    /// @see #shouldFail(Cpu, int, boolean, String)
    public boolean shouldFail(Cpu cpu, int size, boolean silent) {
        return shouldFail(cpu, size, silent, "");
    }

    /// Decides about one call.
    ///
    /// @param size what the call asks for, counted against [#space()]
    /// @param silent whether a failure prints nothing
    /// @param target the name of the cache or pool that is asked, empty for none
    /// @return whether the call must fail
    public synchronized boolean shouldFail(Cpu cpu, int size, boolean silent, String target) {
        FaultPlan decidesNow = plan;
        boolean fails = decidesNow != null
                ? decidesNow.fails(new FaultCall(name, target, size))
                : decide(cpu.task(), size);
        if (log != null) {
            log.add(new FaultCall(name, target, size), fails);
        }
        if (fails) {
            fail(cpu, silent);
        }
        return fails;
    }

    private boolean decide(@Nullable Task task, int size) {
        if (task != null && task.failNth() > 0) {
            if (filtersStackFirst && !stackFilter.accepts()) {
                return false;
            }
            task.setFailNth(task.failNth() - 1);
            return task.failNth() == 0;
        }
        if (probabilityPercent == 0) {
            return false;
        }
        if (taskFilter && (task == null || !task.makeItFail())) {
            return false;
        }
        if (times == 0 || (filtersStackFirst && !stackFilter.accepts())) {
            return false;
        }
        if (space > size) {
            space -= size;
            return false;
        }
        if (interval > 1 && ++count % interval != 0) {
            return false;
        }
        return choice.test(probabilityPercent) && (filtersStackFirst || stackFilter.accepts());
    }

    /// The frames of those who decide about a call are no part of who made it.
    static boolean isOwn(String className) {
        return OWN.contains(className);
    }

    private boolean mayPrint() {
        return verboseRatelimitMillis == 0 || machine.reportLimits().allows("fault:" + name,
                SUPPRESSED, machine.clock().jiffiesOfMillis(verboseRatelimitMillis),
                verboseRatelimitBurst);
    }

    private void fail(Cpu cpu, boolean silent) {
        if (!silent && verbose > 0 && mayPrint()) {
            machine.log().print("FAULT_INJECTION: forcing a failure.\n" + "name " + name
                    + ", interval " + interval + ", probability " + probabilityPercent + ", space "
                    + space + ", times " + times);
            if (verbose > 1) {
                StackDump.print(machine, cpu, FaultAttr::isOwn);
            }
        }
        if (times > 0) {
            times--;
        }
    }
}

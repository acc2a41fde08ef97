package org.kmemlab.fault;

import java.util.List;
import java.util.SplittableRandom;

import org.apache.commons.lang3.StringUtils;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.Task;

/// Decides which calls of one kind fail (`struct fault_attr`), with the kernel's attributes,
/// defaults and order of tests.
///
/// The number of calls that `interval` counts is never reset by setting an attribute, as in the
/// kernel. Random choices come from the machine's seed. Not safe for several Java threads at once.
///
/// @see <a href="https://docs.kernel.org/fault-injection/fault-injection.html">Fault injection
///      capabilities infrastructure</a>
public final class FaultAttr {

    /// `times` without an end.
    public static final int UNLIMITED = -1;

    private final Machine machine;
    private final String name;
    private final SplittableRandom random;
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
        this.random = machine.random("fault:" + name);
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
    }

    /// Sets the chance of failing in percent, 0 to 100; 0 switches the attribute off.
    public void setProbability(int percent) {
        checkProbability(percent);
        probabilityPercent = percent;
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

    /// Whether a call of this CPU could fail at all: one test that keeps the rest off the fast path.
    public boolean isArmed(Cpu cpu) {
        Task task = cpu.task();
        return probabilityPercent != 0 || (task != null && task.failNth() > 0);
    }

    /// Decides about one call.
    ///
    /// @param size what the call asks for, counted against [#space()]
    /// @param silent whether a failure prints nothing
    /// @return whether the call must fail
    public boolean shouldFail(Cpu cpu, int size, boolean silent) {
        Task task = cpu.task();
        if (task != null && task.failNth() > 0) {
            task.setFailNth(task.failNth() - 1);
            return task.failNth() == 0 && fail(cpu, silent);
        }
        return passesFilters(task, size) && fail(cpu, silent);
    }

    private boolean passesFilters(@Nullable Task task, int size) {
        if (probabilityPercent == 0) {
            return false;
        }
        if (taskFilter && (task == null || !task.makeItFail())) {
            return false;
        }
        if (times == 0) {
            return false;
        }
        if (space > size) {
            space -= size;
            return false;
        }
        if (interval > 1 && ++count % interval != 0) {
            return false;
        }
        return random.nextInt(100) < probabilityPercent;
    }

    private boolean fail(Cpu cpu, boolean silent) {
        if (!silent && verbose > 0) {
            machine.log().print("FAULT_INJECTION: forcing a failure.\n" + "name " + name
                    + ", interval " + interval + ", probability " + probabilityPercent + ", space "
                    + space + ", times " + times);
            if (verbose > 1) {
                StackDump.print(machine, cpu);
            }
        }
        if (times > 0) {
            times--;
        }
        return true;
    }
}

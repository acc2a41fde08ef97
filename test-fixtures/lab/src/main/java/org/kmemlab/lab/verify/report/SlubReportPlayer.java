package org.kmemlab.lab.verify.report;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.lab.verify.slab.SlabStepPlayer;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.MisusePolicy;

/// Executes the operations of a log in which objects are damaged on purpose, as the kernel would: on
/// top of those of [SlabStepPlayer] writing into objects, using them after they were freed, freeing
/// what is no object, and looking for damage.
final class SlubReportPlayer {

    /// What the recorder wrote into the kernel log when it had a cache checked.
    static final String VALIDATION = "MORA: validate";

    private static final String DONE = "ok";

    private final Machine machine;
    private final Cpu cpu;
    private final SlabStepPlayer objects;

    SlubReportPlayer(Machine machine) {
        this.machine = machine;
        this.cpu = machine.cpu(0);
        this.objects = new SlabStepPlayer(machine, cpu, new PageAllocator(machine),
                pages -> pages, MisusePolicy.AS_KERNEL);
    }

    /// Values that were taken from the log so far.
    int taken() {
        return objects.taken();
    }

    /// Executes one operation.
    ///
    /// @return the answer as the log prints it
    String execute(StepLine step) {
        return switch (step.op()) {
            case "wr" -> {
                machine.memory().fill(objects.objectIn(step.number(0)) + step.number(1),
                        step.number(3), Integer.decode(step.text(2)).byteValue());
                yield DONE;
            }
            case "rd" -> read(step);
            case "kfd" -> free(objects.cacheOf(step.number(0)),
                    objects.objectIn(step.number(0)));
            case "kfw" -> free(objects.cache(step, step.number(0)),
                    objects.objectIn(step.number(1)) + step.number(2));
            case "kv" -> validate(objects.cache(step, step.number(0)));
            case "kd" -> {
                // The recorder does not look at what became of it.
                boolean gone = objects.cache(step, step.number(0)).destroy(cpu);
                yield gone || !step.result().isEmpty() ? DONE : "left";
            }
            default -> objects.execute(step).result();
        };
    }

    private String free(KmemCache cache, long address) {
        cache.free(cpu, address);
        return objects.state(cache);
    }

    private String validate(KmemCache cache) {
        machine.log().print(VALIDATION + " " + cache.name());
        int slabs = cache.validateSlabs(cpu);
        machine.log().print(VALIDATION + " returned " + slabs);
        return Integer.toString(slabs);
    }

    private String read(StepLine step) {
        PhysicalMemory memory = machine.memory();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < step.number(2); i++) {
            long address = objects.objectIn(step.number(0)) + step.number(1) + i;
            text.append(i == 0 ? "" : " ").append("%02x".formatted(memory.getByte(address)));
        }
        return text.toString();
    }
}

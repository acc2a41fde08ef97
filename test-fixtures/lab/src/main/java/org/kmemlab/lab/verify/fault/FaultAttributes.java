package org.kmemlab.lab.verify.fault;

import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import org.kmemlab.buddy.FailPageAlloc;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.slab.Failslab;

/// The attributes of one fault point as the files of its debugfs folder show them.
final class FaultAttributes {

    private record File(Supplier<String> read, Consumer<String> write) {}

    private final FaultAttr attr;
    private final TreeMap<String, File> files = new TreeMap<>();

    private FaultAttributes(FaultAttr attr) {
        this.attr = attr;
        number("probability", attr::probability, attr::setProbability);
        number("interval", attr::interval, attr::setInterval);
        number("times", attr::times, attr::setTimes);
        number("space", attr::space, attr::setSpace);
        number("verbose", attr::verbose, attr::setVerbose);
        number("verbose_ratelimit_interval_ms", attr::verboseRatelimitMillis,
                attr::setVerboseRatelimitMillis);
        number("verbose_ratelimit_burst", attr::verboseRatelimitBurst,
                attr::setVerboseRatelimitBurst);
        flag("task-filter", attr::taskFilter, attr::setTaskFilter);
    }

    static FaultAttributes of(Failslab point) {
        FaultAttributes files = new FaultAttributes(point.attr());
        files.flag("ignore-gfp-wait", point::ignoreGfpWait, point::setIgnoreGfpWait);
        files.flag("cache-filter", point::cacheFilter, point::setCacheFilter);
        return files;
    }

    static FaultAttributes of(FailPageAlloc point) {
        FaultAttributes files = new FaultAttributes(point.attr());
        files.flag("ignore-gfp-wait", point::ignoreGfpWait, point::setIgnoreGfpWait);
        files.flag("ignore-gfp-highmem", point::ignoreGfpHighmem, point::setIgnoreGfpHighmem);
        files.number("min-order", point::minOrder, point::setMinOrder);
        return files;
    }

    private void number(String name, IntSupplier read, IntConsumer write) {
        files.put(name, new File(() -> Integer.toString(read.getAsInt()),
                text -> write.accept(Integer.parseInt(text))));
    }

    private void flag(String name, BooleanSupplier read, Consumer<Boolean> write) {
        files.put(name, new File(() -> read.getAsBoolean() ? "Y" : "N",
                text -> write.accept(isYes(name, text))));
    }

    private static boolean isYes(String name, String text) {
        if (!text.equals("Y") && !text.equals("N")) {
            throw new IllegalArgumentException(
                    "attribute '" + name + "=" + text + "': expected Y or N");
        }
        return text.equals("Y");
    }

    FaultAttr attr() {
        return attr;
    }

    /// The names of the files, sorted.
    List<String> names() {
        return List.copyOf(files.keySet());
    }

    /// What a file shows; `(no such file)` if there is none.
    String read(String name) {
        File file = files.get(name);
        return file == null ? "(no such file)" : file.read.get();
    }

    /// Writes a file.
    ///
    /// @throws IllegalArgumentException if there is none of that name, or the value is malformed
    void write(String name, String value) {
        File file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException(
                    "no attribute '" + name + "'; known: " + files.keySet());
        }
        try {
            file.write.accept(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("attribute '" + name + "=" + value
                    + "': expected a number", notANumber);
        }
    }
}

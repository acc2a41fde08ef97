package org.kmemlab.junit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;

import org.kmemlab.sweep.FaultLayer;

/// Writes the annotation that shows one run of a sweep again.
final class ReplayText {

    private static final List<String> OF_RUN = List.of("only", "second", "seed", "upTo");

    private ReplayText() {
    }

    static String of(FaultSweep sweep, SweepFault fault) {
        StringJoiner members = new StringJoiner(", ", "@FaultSweep(", ")");
        members.add("only = " + fault.first());
        if (fault.second() > 0) {
            members.add("second = " + fault.second());
        }
        members.add("seed = " + sweep.seed());
        Arrays.stream(FaultSweep.class.getDeclaredMethods())
                .sorted(Comparator.comparing(Method::getName))
                .filter(member -> !OF_RUN.contains(member.getName()))
                .filter(member -> !Objects.deepEquals(valueOf(sweep, member),
                        member.getDefaultValue()))
                .forEach(member -> members
                        .add(member.getName() + " = " + text(valueOf(sweep, member))));
        return members.toString();
    }

    private static Object valueOf(FaultSweep sweep, Method member) {
        try {
            return member.invoke(sweep);
        } catch (IllegalAccessException | InvocationTargetException cause) {
            throw new LinkageError("a public member of an annotation", cause);
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case String text -> '"' + text + '"';
            case FaultMode mode -> "FaultMode." + mode.name();
            case FaultLayer[] layers -> {
                StringJoiner list = new StringJoiner(", ", "{", "}");
                Arrays.stream(layers).forEach(layer -> list.add("FaultLayer." + layer.name()));
                yield list.toString();
            }
            default -> value.toString();
        };
    }
}

package org.kmemlab.buddy;

import java.util.List;
import java.util.stream.Collectors;

import org.apache.commons.lang3.StringUtils;

/// What went wrong in random work, with the shortest sequence that shows it.
///
/// @param machine the machine, with its seed
/// @param operations operations executed until it was noticed
/// @param shrunk the shortest sequence that fails
/// @param cause what that sequence ends with
record ModelFailure(ModelMachine machine, int operations, List<Operation> shrunk,
        Throwable cause) {

    /// A sequence and its machine, read from text.
    record Sequence(ModelMachine machine, List<Operation> operations) {

        /// Reads a line `machine NAME seed NUMBER` and the operations on the lines after it.
        static Sequence parse(String text) {
            List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
            String[] head = StringUtils.split(lines.isEmpty() ? "" : lines.get(0));
            if (head.length != 4 || !head[0].equals("machine") || !head[2].equals("seed")) {
                throw new IllegalArgumentException("expected 'machine NAME seed NUMBER' first");
            }
            ModelMachine machine = ModelMachine.named(head[1]).withSeed(Long.parseLong(head[3]));
            return new Sequence(machine,
                    lines.stream().skip(1).map(Operation::parse).toList());
        }

        /// The text that [#parse] reads.
        String text() {
            return "machine " + machine.name() + " seed " + machine.config().seed() + "\n"
                    + operations.stream().map(operation -> operation + "\n")
                            .collect(Collectors.joining());
        }
    }

    /// Everything needed to see it again.
    String report() {
        long seed = machine.config().seed();
        return "seed " + seed + ", machine " + machine.name() + ": failed within " + operations
                + " operations; again: -Dkmemlab.seed=" + seed + " -Dkmemlab.ops=" + operations
                + "\nshrunk to " + shrunk.size()
                + " operations; again: put them into a file and -Dkmemlab.replay=FILE\n\n"
                + new Sequence(machine, shrunk).text() + "\n" + cause;
    }
}

package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.apache.commons.lang3.StringUtils;

/// One step of a random sequence. It says nothing about what earlier steps gave out, so a sequence
/// stays a sequence when steps are left out.
///
/// As text: the kind, then `name=value` for whatever is not 0 (of `node`: not -1), for example
/// `alloc cpu=1 gfp=GFP_KERNEL order=3`.
///
/// @param kind what is done
/// @param cpu the CPU that does it
/// @param node the memory node to ask, -1 for the CPU's
/// @param gfp flags of the request
/// @param order order of the block, or what chooses a size
/// @param pick what chooses among the blocks that are held
record Operation(Kind kind, int cpu, int node, GfpFlags gfp, int order, int pick) {

    /// What can be done.
    enum Kind {
        /// Take a block.
        ALLOC,
        /// Give the picked block back.
        FREE,
        /// Give the picked block back past the lists of the CPU.
        FREE_TO_ZONE,
        /// Take single pages in bulk.
        BULK,
        /// Take a number of contiguous pages.
        EXACT,
        /// Make single pages of the picked block.
        SPLIT,
        /// Give back what is not held: must be refused.
        BAD_FREE,
        /// Empty the lists of the CPUs.
        DRAIN,
        /// Let time pass.
        TICK,
        /// Go on with a new allocator in the same state.
        RELOAD;

        private final String word = name().toLowerCase(Locale.ROOT);

        static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("unknown operation '" + word + "'");
        }
    }

    static Operation of(Kind kind) {
        return new Operation(kind, 0, -1, GfpFlags.NONE, 0, 0);
    }

    Operation withCpu(int other) {
        return new Operation(kind, other, node, gfp, order, pick);
    }

    Operation withNode(int other) {
        return new Operation(kind, cpu, other, gfp, order, pick);
    }

    Operation withGfp(GfpFlags other) {
        return new Operation(kind, cpu, node, other, order, pick);
    }

    Operation withOrder(int other) {
        return new Operation(kind, cpu, node, gfp, other, pick);
    }

    Operation withPick(int other) {
        return new Operation(kind, cpu, node, gfp, order, other);
    }

    /// Steps that are easier to read than this one, the easiest first.
    List<Operation> simpler() {
        List<Operation> all = new ArrayList<>(
                List.of(of(kind), withCpu(0), withNode(-1), withGfp(GfpFlags.NONE),
                        withGfp(GfpFlags.GFP_KERNEL), withPick(0), withPick(pick % 10)));
        for (int smaller = 0; smaller < order; smaller++) {
            all.add(withOrder(smaller));
        }
        boolean plain = gfp.equals(GfpFlags.NONE);
        all.removeIf(other -> other.equals(this)
                || (plain && other.gfp.equals(GfpFlags.GFP_KERNEL)));
        return all;
    }

    static Operation parse(String text) {
        String[] words = StringUtils.split(text);
        Operation operation = of(Kind.of(words[0]));
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            operation = switch (pair[0]) {
                case "cpu" -> operation.withCpu(Integer.parseInt(pair[1]));
                case "node" -> operation.withNode(Integer.parseInt(pair[1]));
                case "gfp" -> operation.withGfp(GfpFlags.parse(pair[1]));
                case "order" -> operation.withOrder(Integer.parseInt(pair[1]));
                case "pick" -> operation.withPick(Integer.parseInt(pair[1]));
                default -> throw new IllegalArgumentException("unknown word '" + words[i] + "'");
            };
        }
        return operation;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.word);
        if (cpu != 0) {
            text.append(" cpu=").append(cpu);
        }
        if (node != -1) {
            text.append(" node=").append(node);
        }
        if (gfp.bits() != 0) {
            text.append(" gfp=").append(gfp);
        }
        if (order != 0) {
            text.append(" order=").append(order);
        }
        if (pick != 0) {
            text.append(" pick=").append(pick);
        }
        return text.toString();
    }
}

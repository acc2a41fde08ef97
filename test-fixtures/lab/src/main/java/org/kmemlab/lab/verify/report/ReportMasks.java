package org.kmemlab.lab.verify.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What of a kernel log cannot be the same here, and is put out of sight before lines are compared.
///
/// This is the only place where anything is masked:
///
/// - time stamps of lines, and `ts` and `free_ts` of page owners: the recorder's machine has its
///   own clock;
/// - stack frames, registers, code bytes, and the place of a warning: ours are Java's;
/// - taint flags and the kernel's build: the recorder's module taints, and nothing is built here;
/// - the list of modules: it names the recorder's module;
/// - who allocated, freed or destroyed, and how long ago: the recorder's code and clock;
/// - that the kernel takes memory for stacks that it keeps: ours are Java's;
/// - addresses of page descriptors and links to them: where the kernel keeps them is not recorded;
/// - counters of page cache, anonymous memory, slabs, stacks, page tables: the recorded state does
///   not have them.
public final class ReportMasks {

    private static final String FRAMES = "<frames>";

    private static final Pattern STAMP = Pattern.compile("^\\[ *\\d+\\.\\d+\\] ");
    private static final Pattern FRAME = Pattern.compile(
            " (?:\\? )?[\\w.$<>/]+\\+0x[0-9a-f]+(?:/0x[0-9a-f]+)?(?: \\[\\w+(?:\\(\\w+\\))?\\])?");
    private static final Pattern REGISTERS =
            Pattern.compile("(?:RIP|Code|RSP|R[A-DS][XIP]|RBP|R\\d\\d|FS|CS|CR2): .*");

    private record Mask(Pattern pattern, String replacement) {

        Mask(String pattern, String replacement) {
            this(Pattern.compile(pattern), replacement);
        }
    }

    /// What a kernel says about its own records.
    private static final Pattern NOISE = Pattern.compile("Stack Depot allocating hash table .*");

    private static final List<Mask> MASKS = List.of(
            new Mask("^((?:Allocated|Freed) in ).* age=\\d+ ", "$1<caller> age=<jiffies> "),
            new Mask("(still has objects when called from ).*", "$1<caller>"),
            new Mask("\\bts \\d+, free_ts \\d+$", "ts <time>, free_ts <time>"),
            new Mask("^(WARNING: CPU: \\d+ PID: \\d+ at ).*", "$1<place>"),
            new Mask("^(CPU: \\d+ PID: \\d+ Comm: .+?) (?:Not tainted|Tainted: ).*",
                    "$1 <taint and build>"),
            new Mask("^Modules linked in:.*", "Modules linked in: <modules>"),
            new Mask("^page:[0-9a-f]{16} ", "page:<descriptor> "),
            new Mask("(?<=^raw: .{0,60})\\bffff[0-9a-f]{12}\\b", "<link>"),
            new Mask("\\b((?:active|inactive|isolated)_(?:anon|file)|isolated\\((?:anon|file)\\)"
                    + "|unevictable|slab_reclaimable|slab_unreclaimable|mapped|shmem"
                    + "|(?:sec_)?pagetables|kernel_stack|dirty|writeback|writeback_tmp"
                    + "|writepending|mlocked|bounce|kernel_misc_reclaimable):\\d+", "$1:<count>"),
            new Mask("^\\d+ total pagecache pages$", "<count> total pagecache pages"));

    /// A line as it is compared.
    ///
    /// @param index index of the (first) line that it stands for
    /// @param text what is left
    /// @param masked how many things were masked
    public record Masked(int index, String text, int masked) {}

    private ReportMasks() {
    }

    /// A line without its time stamp.
    public static String withoutStamp(String line) {
        return STAMP.matcher(line).replaceFirst("");
    }

    /// Lines without time stamps, masked. A run of stack frames becomes one line.
    public static List<Masked> apply(List<String> lines) {
        List<Masked> masked = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (FRAME.matcher(line).matches() || REGISTERS.matcher(line).matches()) {
                boolean running = !masked.isEmpty() && masked.getLast().text.equals(FRAMES);
                boolean frame = FRAME.matcher(line).matches();
                if (running) {
                    Masked last = masked.removeLast();
                    masked.add(new Masked(last.index, FRAMES, last.masked + 1));
                } else if (frame) {
                    masked.add(new Masked(i, FRAMES, 1));
                }
            } else if (!NOISE.matcher(line).matches()) {
                masked.add(mask(i, line));
            }
        }
        return masked;
    }

    private static Masked mask(int index, String line) {
        String text = line;
        int count = 0;
        for (Mask mask : MASKS) {
            var matcher = mask.pattern.matcher(text);
            count += (int) matcher.results().count();
            text = matcher.replaceAll(mask.replacement);
        }
        return new Masked(index, text, count);
    }
}

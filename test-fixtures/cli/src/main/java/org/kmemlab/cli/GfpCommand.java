package org.kmemlab.cli;

import java.io.PrintWriter;
import java.util.List;

import org.kmemlab.buddy.GfpFlags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Explains gfp flags, from a number or from names.
@Command(name = "gfp",
        description = "Decodes gfp flags: from a number to names, from names to the number, and"
                + " what they allow (Linux 6.1).",
        footer = {"  kmemlab gfp 0xcc0", "  kmemlab gfp 'GFP_KERNEL|__GFP_ZERO'",
            "  kmemlab gfp GFP_ATOMIC GFP_NOWAIT"})
final class GfpCommand extends StandardCommand {

    @Parameters(paramLabel = "FLAGS", arity = "1..*",
            description = "A number such as 0xcc0, or names such as 'GFP_KERNEL|__GFP_ZERO'.")
    private List<String> texts;

    @Override
    public Integer call() {
        List<GfpFlags> all = texts.stream().map(GfpFlags::parse).toList();
        PrintWriter out = out();
        String separator = "";
        for (GfpFlags flags : all) {
            out.print(separator);
            GfpTable.lines(flags).forEach(out::println);
            separator = System.lineSeparator();
        }
        return ExitCode.GOOD;
    }
}

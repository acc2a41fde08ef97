package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.faults.CampaignJson;
import org.kmemlab.lab.faults.CampaignReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Adds up the reports of the shards of a campaign.
@Command(name = "merge",
        description = {"Adds up the reports that the shards of one campaign wrote with --json. The"
                + " sum of all shards is the report of the whole campaign.",
            "Reports of different campaigns, and the same shard twice, are refused."},
        footer = {"  kmemlab faults merge shard1.json shard2.json",
            "  kmemlab faults merge shard*.json --json all.json"})
final class FaultsMergeCommand extends StandardCommand {

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "The reports.")
    private List<Path> files;

    @Option(names = "--json", paramLabel = "FILE",
            description = "Also write the sum to this file; - prints it instead of text.")
    @Nullable
    private String json;

    @Override
    public Integer call() throws IOException {
        CampaignReport sum = CampaignJson.read(files.getFirst());
        for (Path file : files.subList(1, files.size())) {
            sum = sum.plus(CampaignJson.read(file));
        }
        if ("-".equals(json)) {
            out().println(CampaignJson.text(sum));
        } else {
            FaultsText.lines(sum).forEach(out()::println);
        }
        if (json != null && !"-".equals(json)) {
            Files.writeString(Path.of(json), CampaignJson.text(sum) + "\n");
        }
        return sum.good() ? ExitCode.GOOD : ExitCode.FINDING;
    }
}

package org.kmemlab.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.kmemlab.lab.compare.Competitor.InAProcess;
import org.kmemlab.lab.compare.Competitor.OnMachine;
import org.kmemlab.lab.malloc.MallocFamily;
import org.kmemlab.lab.policy.KernelPolicies;
import org.kmemlab.lab.policy.PolicyEntry;
import org.kmemlab.lab.policy.PoolPolicies;
import org.kmemlab.lab.rival.RivalEntry;
import org.kmemlab.lab.rival.Rivals;
import org.kmemlab.machine.KernelProfile;

/// Everybody who can take part.
public final class Competitors {

    /// Stands for everybody.
    public static final String ALL = "all";

    private static final String RIVALS = "rivals";

    private Competitors() {
    }

    /// All of them, the kernel's own first.
    public static List<Competitor> all() {
        List<Competitor> all = new ArrayList<>();
        KernelPolicies.all().forEach(entry -> all.add(new OnMachine(entry)));
        Rivals.all().forEach(rival -> all.add(new OnMachine(entry(rival))));
        PoolPolicies.all().forEach(entry -> all.add(new OnMachine(entry)));
        for (MallocFamily family : MallocFamily.values()) {
            all.add(new InAProcess(family));
        }
        return all;
    }

    private static PolicyEntry entry(RivalEntry rival) {
        return new PolicyEntry(rival.name(), RIVALS, rival.summary(), rival.source(),
                KernelProfile.LINUX_6_1, rival.factory());
    }

    /// The groups, in order.
    public static List<String> groups() {
        return all().stream().map(Competitor::group).distinct().toList();
    }

    /// Those that have one of the names, or are in one of the groups, in the catalogue's order.
    /// Of a group only those that are available.
    ///
    /// @param words names, groups, or `all`
    /// @throws IllegalArgumentException naming a word that is none of these, or a policy that is not
    ///         available
    public static List<Competitor> chosen(List<String> words) {
        List<Competitor> all = all();
        List<Competitor> chosen = new ArrayList<>();
        for (String word : words) {
            List<Competitor> meant = all.stream().filter(one -> word.equals(ALL)
                    || word.equals(one.group()) || word.equals(one.name())).toList();
            if (meant.isEmpty()) {
                throw new IllegalArgumentException("no policy or group is called '" + word
                        + "'; there are " + String.join(", ", names()));
            }
            for (Competitor one : meant) {
                Optional<String> reason = one.unavailable();
                if (reason.isEmpty()) {
                    chosen.add(one);
                } else if (word.equals(one.name())) {
                    throw new IllegalArgumentException(word + ": " + reason.get());
                }
            }
        }
        return all.stream().filter(chosen::contains).toList();
    }

    private static List<String> names() {
        return Stream.of(Stream.of(ALL), groups().stream(), all().stream().map(Competitor::name))
                .flatMap(words -> words).toList();
    }
}

package org.kmemlab.lab.verify.geometry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.apache.commons.lang3.StringUtils;
import org.apache.commons.lang3.Strings;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.machine.BootParameters;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

/// The kernel of a running computer, as far as its slab caches depend on it.
///
/// @param release as `uname -r` prints it
/// @param profile the nearest kernel that this library knows, with this one's build options and
///        boot parameters
/// @param cpus CPUs that are present
/// @param possibleCpus CPUs that could be present
/// @param onlineCpus CPUs that run; nothing of a cache's shape depends on it
/// @param nodes memory nodes that there could be
/// @param configSource the file that tells the build options; empty if they are inferred from what
///        the caches show
/// @param notes what one should know before one trusts the comparison
public record HostKernel(String release, KernelProfile profile, int cpus, int possibleCpus,
        int onlineCpus, int nodes, String configSource, List<String> notes) {

    /// Build options that caches depend on, and that may differ from those of a profile.
    private static final Set<ConfigOption> ASKED = EnumSet.of(ConfigOption.SLAB_MERGE_DEFAULT,
            ConfigOption.SLUB_CPU_PARTIAL, ConfigOption.SLUB_STATS,
            ConfigOption.SLAB_FREELIST_RANDOM, ConfigOption.SLAB_FREELIST_HARDENED,
            ConfigOption.INIT_ON_ALLOC_DEFAULT_ON, ConfigOption.INIT_ON_FREE_DEFAULT_ON);
    /// Boot parameters that caches depend on. Each has two names, the older first.
    private static final Map<String, String> RENAMED = Map.of("slab_debug", "slub_debug",
            "slab_min_order", "slub_min_order", "slab_max_order", "slub_max_order",
            "slab_min_objects", "slub_min_objects", "slub_nomerge", "slab_nomerge", "slub_merge",
            "slab_merge");
    private static final Set<String> OTHER_PARAMETERS = Set.of("init_on_alloc", "init_on_free",
            "page_poison");
    private static final Map<String, String> NOT_MODELLED = Map.of(
            "KASAN", "built with KASAN, which adds bytes to objects that are not computed here",
            "SLUB_TINY", "built with SLUB_TINY, whose smaller slabs are not computed here");
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");
    private static final String BARE_DEBUG = "slub_debug";
    private static final int NEW_ORDERS = version(6, 8);

    /// Copies the notes.
    public HostKernel {
        notes = List.copyOf(notes);
    }

    static HostKernel read(HostFiles files, SysfsFolder shown) throws IOException {
        String release = release(files);
        HostConfig config = HostConfig.read(files, release, shown);
        List<String> notes = new ArrayList<>();
        KernelProfile nearest = nearest(files, release, notes);
        List<Integer> possible = files.numbers("sys/devices/system/cpu/possible", "the CPUs");
        List<Integer> present = files.numbers("sys/devices/system/cpu/present", "the CPUs");
        List<Integer> online = files.numbers("sys/devices/system/cpu/online", "the CPUs");
        String source = config.source();
        if (source == null) {
            notes.add("no file tells the build options; inferred from what the caches show: "
                    + (config.on().isEmpty() ? "none" : String.join(", ", sorted(config.on()))));
        } else {
            NOT_MODELLED.forEach((option, note) -> {
                if (config.has(option)) {
                    notes.add(note);
                }
            });
            if (!config.has("X86_64")) {
                notes.add("not built for x86-64; cache lines are taken to be of 64 bytes");
            }
        }
        String boot = parameters(files.required("proc/cmdline", "the boot parameters"),
                config.has("SLUB_DEBUG_ON"));
        return new HostKernel(release, profile(nearest, config, boot), present.size(),
                Math.max(present.size(), Collections.max(possible) + 1), online.size(),
                nodes(files), source == null ? "" : source, notes);
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private static String release(HostFiles files) throws IOException {
        String release = files.text(files.file("proc/sys/kernel/osrelease"));
        if (release == null) {
            String version = files.required("proc/version", "the kernel's release");
            release = StringUtils.substringBetween(version + " ", "Linux version ", " ");
        }
        return StringUtils.defaultString(release);
    }

    /// A version as one number.
    private static int version(int major, int minor) {
        return major * 10_000 + minor;
    }

    private static KernelProfile nearest(HostFiles files, String release, List<String> notes)
            throws InputException {
        Matcher numbers = RELEASE.matcher(release);
        if (!numbers.matches()) {
            throw new InputException(files.file("proc/version").toString(), -1,
                    "kernel release '" + release + "': expected one such as 6.1.0");
        }
        String known = numbers.group(1) + "." + numbers.group(2);
        int version = version(Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)));
        KernelProfile nearest = version < NEW_ORDERS ? KernelProfile.LINUX_6_1
                : KernelProfile.LINUX_6_18;
        if (!nearest.version().release().equals(known)) {
            notes.add("Linux " + known + " is none of the kernels known here; taken for "
                    + nearest.version().release() + (version < NEW_ORDERS
                            ? ": until 6.7 slabs are sized as in 6.1"
                            : ": since 6.8 slabs are sized as in 6.18"));
        }
        if (version < version(5, 16)) {
            notes.add("before 5.16 cpu_partial had other values");
        }
        if (version >= version(7, 0)) {
            notes.add("since 7.0 CPUs keep no partial slabs; cpu_partial is gone");
        }
        return nearest;
    }

    /// The boot parameters that matter, each under the name that 6.1 knows.
    private static String parameters(String commandLine, boolean debugOn) {
        List<String> words = new ArrayList<>();
        // What follows is for the first program, not for the kernel.
        String forKernel = StringUtils.substringBefore(commandLine + " ", " -- ");
        for (String word : StringUtils.split(forKernel)) {
            String name = StringUtils.substringBefore(word, "=").replace('-', '_');
            String older = RENAMED.getOrDefault(name, name);
            if (RENAMED.containsValue(older) || OTHER_PARAMETERS.contains(older)) {
                words.add(older + word.substring(name.length()));
            }
        }
        String given = String.join(" ", words);
        boolean says = new BootParameters(given).has(BARE_DEBUG);
        return Strings.CS.removeStart(
                debugOn && !says ? given + " " + BARE_DEBUG : given, " ");
    }

    private static int nodes(HostFiles files) throws IOException {
        String folder = "sys/devices/system/node/possible";
        // A kernel without NUMA has no such file.
        return files.text(files.file(folder)) == null ? 1
                : Collections.max(files.numbers(folder, "the memory nodes")) + 1;
    }

    private static KernelProfile profile(KernelProfile nearest, HostConfig config, String boot) {
        Set<ConfigOption> options = EnumSet.copyOf(nearest.options());
        options.removeAll(ASKED);
        for (ConfigOption option : ASKED) {
            if (config.has(option.name())) {
                options.add(option);
            }
        }
        if (config.memcg()) {
            options.add(ConfigOption.MEMCG_KMEM);
        }
        return new KernelProfile(nearest.name(), nearest.version(), options, nearest.hz(),
                new BootParameters(boot));
    }

    /// A machine that its caches can be made on. How much memory there is does not matter to them.
    MachineConfig machine() {
        return MachineConfig.ofNodes(Collections.nCopies(nodes, 64)).withProfile(profile)
                .withCpus(cpus, possibleCpus);
    }

    HostKernel withNotes(List<String> all) {
        return new HostKernel(release, profile, cpus, possibleCpus, onlineCpus, nodes,
                configSource, all);
    }

    /// The facts in one line for people.
    public String summary() {
        return "Linux " + release + ", compared as " + profile.name() + "; " + cpus + " of "
                + possibleCpus + " CPUs present, " + onlineCpus + " online; " + nodes
                + (nodes == 1 ? " memory node" : " memory nodes") + "; build options "
                + (configSource.isEmpty() ? "inferred" : "from " + configSource)
                + "; boot parameters "
                + (profile.boot().commandLine().isEmpty() ? "that matter: none"
                        : "'" + profile.boot().commandLine() + "'");
    }
}
